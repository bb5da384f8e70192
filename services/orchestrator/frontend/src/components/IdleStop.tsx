import { useId } from 'react'
import { useMutation } from '@tanstack/react-query'
import { toast } from 'sonner'
import { holdMinutes, type Environment } from '@craftastic/contract'
import { holdEnvironmentMutation, updateEnvironmentMutation } from '@/api/environments'
import { describeError } from '@/api/errors'
import { Button } from '@/components/ui/button'
import { Card, CardHeader, CardTitle } from '@/components/ui/card'
import { NativeSelect } from '@/components/ui/native-select'
import { idleStopChoices, idleStopState, type IdleStopState } from '@/lib/idle-stop'
import { useNow } from '@/lib/ticker'
import { useAction } from '@/lib/use-action'

const stepMs = 10_000
const off = 'off'

function showFailure(error: unknown): void {
  const { title, detail } = describeError(error)
  toast.error('Idle stop was not changed', { description: detail ?? title })
}

/** When an environment is stopped for not being used, what keeps it awake now, and how to keep it awake. */
export function IdleStop({ environment }: { environment: Environment }) {
  const id = useId()
  const nowMs = useNow(stepMs)
  const { mutate: update } = useMutation(updateEnvironmentMutation(environment.id))
  const { idleStopMinutes } = environment

  return (
    <Card aria-label="Idle stop">
      <CardHeader>
        <CardTitle id={`${id}-title`}>Idle stop</CardTitle>
        <NativeSelect
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-rule`}
          value={idleStopMinutes ?? off}
          disabled={environment.status === 'deleting'}
          onChange={({ target: { value } }) =>
            update({ idleStopMinutes: value === off ? null : Number(value) }, { onError: showFailure })
          }
        >
          <option value={off}>Off</option>
          {idleStopChoices(idleStopMinutes).map(({ minutes, label }) => (
            <option key={minutes} value={minutes}>
              {label}
            </option>
          ))}
        </NativeSelect>
      </CardHeader>
      <div className="grid gap-2 px-4 py-3">
        <State environment={environment} state={idleStopState(environment, nowMs)} />
        <p id={`${id}-rule`} className="text-xs text-pretty text-muted-foreground">
          {idleStopMinutes !== null && 'A stop keeps the workspace. '}
          An attached terminal, new output and any program but a shell at its prompt count as use.
        </p>
      </div>
    </Card>
  )
}

const titles: Record<IdleStopState['name'], string | null> = {
  off: 'Never stopped for being idle',
  'not-running': null,
  new: 'Not looked at yet',
  held: 'Held awake',
  awake: 'Awake',
  idle: 'Idle',
}

function State({ environment, state }: { environment: Environment; state: IdleStopState }) {
  const { run, pending } = useAction(holdEnvironmentMutation(environment.id))
  const title = titles[state.name]
  if (title === null) return null
  const hold = state.name !== 'held'
  return (
    <div className="grid justify-items-start gap-2">
      <div role="status">
        <p className="font-medium">{title}</p>
        {'words' in state && (
          <p className="text-pretty break-words text-muted-foreground tabular-nums">{state.words}</p>
        )}
      </div>
      {state.name !== 'off' && (
        <Button variant="outline" size="xs" disabled={pending} onClick={() => run(hold, { onError: showFailure })}>
          {hold ? `Hold for ${holdMinutes / 60} hours` : 'Release'}
        </Button>
      )}
    </div>
  )
}
