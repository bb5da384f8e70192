import { PlusIcon, RocketIcon } from 'lucide-react'
import { Notice } from '@/components/Notice'
import { Button } from '@/components/ui/button'

/** Where there is nothing to deploy yet. */
export function NoApplication({ onCreate }: { onCreate: () => void }) {
  return (
    <Notice
      className="py-8"
      icon={<RocketIcon />}
      title="No application of this repository yet"
      action={
        <Button onClick={onCreate}>
          <PlusIcon />
          Create application
        </Button>
      }
    >
      An application in Coolify builds a branch of the repository and runs it at an address of its own.
    </Notice>
  )
}
