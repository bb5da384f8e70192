import { useState } from 'react'

/** The last value that was there: what a dialog shows stays while it fades out. */
export function useLingering<T>(value: T | null): T | null {
  const [shown, setShown] = useState(value)
  if (value !== null && value !== shown) setShown(value)
  return shown
}
