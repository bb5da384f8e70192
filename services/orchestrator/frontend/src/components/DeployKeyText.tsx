import { CheckIcon, CopyIcon, ExternalLinkIcon } from 'lucide-react'
import type { DeployKey } from '@craftastic/contract'
import { Button } from '@/components/ui/button'
import { deployKeyPage } from '@/lib/repository'
import { useCopy } from '@/lib/use-copy'

/** The public half of a deploy key, to be copied. */
export function DeployKeyText({ deployKey }: { deployKey: DeployKey }) {
  const { publicKey, fingerprint } = deployKey
  const [copied, copy] = useCopy()
  return (
    <div className="grid gap-1.5 rounded-md border bg-muted py-2 pr-2 pl-3">
      <div className="flex items-start gap-2">
        <code className="min-w-0 flex-1 py-1 font-mono text-xs wrap-anywhere select-all">{publicKey}</code>
        <Button variant="outline" size="xs" aria-label="Copy the public key" onClick={() => void copy(publicKey)}>
          {copied ? <CheckIcon /> : <CopyIcon />}
          Copy
        </Button>
        <span role="status" className="sr-only">
          {copied ? 'Copied' : ''}
        </span>
      </div>
      <p className="font-mono text-xs break-all text-muted-foreground">{fingerprint}</p>
    </div>
  )
}

/** Leads to where the host takes the key, if that is known. */
export function DeployKeyLink({ repositoryUrl, className }: { repositoryUrl: string | null; className?: string }) {
  const page = repositoryUrl === null ? null : deployKeyPage(repositoryUrl)
  if (page === null) return null
  return (
    <Button asChild size="sm" variant="outline" className={className}>
      <a href={page.url} target="_blank" rel="noopener noreferrer">
        <ExternalLinkIcon />
        Deploy keys at {page.host}
      </a>
    </Button>
  )
}
