import { useEffect, useId, useState } from 'react'
import { toast } from 'sonner'
import { isCancellable, type Operation } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { cancelOperationMutation } from '@/api/operations'
import { Hint } from '@/components/Hint'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { cancelWords } from '@/lib/operation-words'
import { useAction } from '@/lib/use-action'

/** Calls off what is under way, and says where that leads. */
export function CancelOperation({ operation }: { operation: Operation }) {
  if (!isCancellable(operation)) return null
  return <CancelButton key={operation.id} operation={operation} />
}

/** A cancelled start becomes a stop with a button in the same place: a second click in a row must not undo the first. */
const sleepMs = 1000

function CancelButton({ operation }: { operation: Operation }) {
  const id = useId()
  const [asleep, setAsleep] = useState(true)
  const { run, pending } = useAction(cancelOperationMutation())
  const { label, effect } = cancelWords(operation.kind)

  useEffect(() => {
    const timer = setTimeout(() => setAsleep(false), sleepMs)
    return () => clearTimeout(timer)
  }, [])

  const cancel = () =>
    run(operation, {
      onError: (error) => {
        const { title, detail } = describeError(error)
        toast.error(title, { description: detail })
      },
    })

  return (
    <>
      <Hint text={effect}>
        <Button
          variant="outline"
          size="xs"
          disabled={asleep || pending}
          aria-describedby={`${id}-effect`}
          onClick={cancel}
        >
          {pending && <Spinner className="size-3.5" />}
          {label}
        </Button>
      </Hint>
      <span id={`${id}-effect`} hidden>
        {effect}
      </span>
    </>
  )
}
