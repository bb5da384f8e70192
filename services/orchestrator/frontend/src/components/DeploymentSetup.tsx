import { useState } from 'react'
import { CopyButton } from '@/components/CopyButton'
import { Fold } from '@/components/OperationLog'

const variables = 'COOLIFY_API_URL=https://coolify.example.com\nCOOLIFY_API_TOKEN=1|…'

const abilities = [
  { name: 'deploy', does: 'deploy, cancel, roll back' },
  { name: 'read', does: 'list applications, follow deployments' },
  { name: 'read:sensitive', does: 'show logs' },
  { name: 'write', does: 'create applications, choose their branch' },
]

/** Where this server knows no Coolify: what it is for, and how it is connected. */
export function DeploymentSetup() {
  const [open, setOpen] = useState(false)
  return (
    <div className="px-4 pt-3 pb-2">
      <p className="text-pretty text-muted-foreground">
        Coolify builds what is pushed and runs it. This server is not connected to one yet.
      </p>
      <Fold label="How to connect it" open={open} onOpenChange={setOpen}>
        <ol className="grid list-decimal grid-cols-[minmax(0,1fr)] gap-3 pt-1 pl-6 marker:text-muted-foreground">
          <li>In Coolify, turn on API Access in the settings.</li>
          <li>
            Under Keys & Tokens, make an API token with these abilities. Tick <Code>deploy</Code> first: ticking it
            clears the others.
            <TokenAbilities />
          </li>
          <li>
            Set both variables where this server runs, and start it again.
            <div className="mt-2 flex items-start gap-1 rounded-md border bg-muted py-1.5 pr-1 pl-2.5">
              <pre className="min-w-0 flex-1 overflow-x-auto font-mono text-xs leading-5">{variables}</pre>
              <CopyButton text={variables} label="Copy the variables" />
            </div>
          </li>
        </ol>
      </Fold>
    </div>
  )
}

/** What the token of the server has to be allowed, and for what. */
export function TokenAbilities() {
  return (
    <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
      {abilities.map(({ name, does }) => (
        <div key={name} className="col-span-2 grid grid-cols-subgrid">
          <dt>
            <Code>{name}</Code>
          </dt>
          <dd className="text-muted-foreground">{does}</dd>
        </div>
      ))}
    </dl>
  )
}

function Code({ children }: { children: string }) {
  return <code className="rounded-sm bg-muted px-1 py-0.5 font-mono text-xs">{children}</code>
}
