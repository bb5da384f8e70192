import { CheckIcon, CopyIcon } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { useCopy } from '@/lib/use-copy'

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, copy] = useCopy()
  return (
    <Button variant="ghost" size="icon-xs" title={label} onClick={() => void copy(text)}>
      {copied ? <CheckIcon className="size-3.5" /> : <CopyIcon className="size-3.5" />}
      <span className="sr-only">{label}</span>
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </Button>
  )
}
