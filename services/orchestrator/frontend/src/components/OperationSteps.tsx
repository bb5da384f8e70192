import { CheckIcon, XIcon } from 'lucide-react'
import type { Operation, OperationStep } from '@craftastic/contract'
import { Progress } from '@/components/ui/progress'
import { StatusDot } from '@/components/StatusDot'
import { currentStep, isSettled } from '@/lib/operation-progress'
import { stepLabel } from '@/lib/operation-words'
import { useNow } from '@/lib/ticker'
import { duration } from '@/lib/time'
import { cn } from '@/lib/utils'

/** Every step of an operation with what it does right now and how long it took. */
export function OperationSteps({ operation }: { operation: Operation }) {
  const step = currentStep(operation)
  return (
    <>
      <ol className="grid gap-0.5">
        {operation.steps.map((each) => (
          <Step key={each.name} kind={operation.kind} step={each} />
        ))}
      </ol>
      <p role="status" className="sr-only">
        {step && step.state !== 'failed' && !isSettled(operation) ? stepLabel(operation.kind, step.name) : ''}
      </p>
    </>
  )
}

function Step({ kind, step }: { kind: Operation['kind']; step: OperationStep }) {
  const running = step.state === 'running'
  return (
    <li aria-current={running ? 'step' : undefined}>
      <div className={cn('flex min-h-8 items-center gap-3', step.state === 'pending' && 'text-muted-foreground')}>
        <StepIcon state={step.state} />
        <span className={cn('min-w-0 truncate sm:shrink-0', running && 'font-medium')}>
          {stepLabel(kind, step.name)}
        </span>
        {running && step.message && (
          <span
            className="hidden min-w-0 truncate text-xs text-muted-foreground tabular-nums sm:inline"
            title={step.message}
          >
            {step.message}
          </span>
        )}
        <span className="ml-auto shrink-0 pl-2 text-xs text-muted-foreground tabular-nums">
          {running && step.percent !== null ? `${Math.round(step.percent)} %` : <StepTime step={step} />}
        </span>
      </div>
      {running && step.percent !== null && (
        <Progress value={step.percent} aria-label={stepLabel(kind, step.name)} className="mb-2 ml-7 w-auto" />
      )}
    </li>
  )
}

function StepIcon({ state }: { state: OperationStep['state'] }) {
  const className = 'grid size-4 shrink-0 place-items-center'
  if (state === 'running') {
    return (
      <span className={className}>
        <StatusDot tone="busy" word="Under way" />
      </span>
    )
  }
  if (state === 'pending') {
    return (
      <span className={className}>
        <span aria-hidden="true" className="size-1.5 rounded-full bg-border-strong" />
        <span className="sr-only">not started</span>
      </span>
    )
  }
  return (
    <span className={className}>
      {state === 'done' ? (
        <CheckIcon aria-hidden="true" className="size-4 text-status-running" />
      ) : (
        <XIcon aria-hidden="true" className="size-4 text-status-error" />
      )}
      <span className="sr-only">{state === 'done' ? 'done' : 'failed'}</span>
    </span>
  )
}

function StepTime({ step }: { step: OperationStep }) {
  const nowMs = useNow(1000)
  if (step.startedAt === null) return null
  const endMs = step.finishedAt === null ? nowMs : Date.parse(step.finishedAt)
  return duration(endMs - Date.parse(step.startedAt))
}
