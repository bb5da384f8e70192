/** A mutation that cannot run twice at once: the second click of a double click finds the door shut. */
import { useEffect, useRef, useState } from 'react'
import { useMutation, type UseMutationOptions } from '@tanstack/react-query'

interface Callbacks<Data> {
  onSuccess?: (data: Data) => void
  onError?: (error: unknown) => void
}

/** Longer than the pause between the two clicks of a double click: the first answer may be there before the second click. */
const restMs = 400

export function useAction<Data, Variables, Result = unknown>(
  options: UseMutationOptions<Data, Error, Variables, Result>,
) {
  const { mutateAsync, isPending } = useMutation(options)
  const [resting, setResting] = useState(false)
  // What is pending reaches the page with the next render, which is too late for two clicks in one moment.
  const busy = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const run = (variables: Variables, { onSuccess, onError }: Callbacks<Data> = {}) => {
    if (busy.current) return
    busy.current = true
    mutateAsync(variables).then(
      (data) => {
        setResting(true)
        timer.current = setTimeout(() => {
          busy.current = false
          setResting(false)
        }, restMs)
        onSuccess?.(data)
      },
      (error: unknown) => {
        busy.current = false
        onError?.(error)
      },
    )
  }
  return { run, pending: isPending || resting }
}
