import { useState } from 'react'
import { DeployKeyDialog, type KeyedEnvironment } from '@/components/DeployKeyDialog'
import { Button } from '@/components/ui/button'

/** Opens the deploy key of an environment. */
export function DeployKeyButton({
  environment,
  label,
  variant = 'default',
}: {
  environment: KeyedEnvironment
  label: string
  variant?: 'default' | 'outline'
}) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size="xs" variant={variant} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <DeployKeyDialog environment={environment} open={open} onOpenChange={setOpen} />
    </>
  )
}
