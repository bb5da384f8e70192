import { useEffect, useRef, useState } from 'react'
import { toast } from 'sonner'
import { copyText } from './clipboard'

/** Copies, and says for two seconds that it did. */
export function useCopy(): [boolean, (text: string) => Promise<void>] {
  const [copied, setCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const copy = async (text: string) => {
    if (!(await copyText(text))) {
      toast.error('The browser refused to copy.')
      return
    }
    clearTimeout(timer.current)
    setCopied(true)
    timer.current = setTimeout(() => setCopied(false), 2000)
  }
  return [copied, copy]
}
