import { useQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { environmentsQuery } from '@/api/environments'
import { CreateEnvironmentForm } from '@/components/CreateEnvironmentForm'
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { useCurrentUser } from '@/lib/current-user'

export function CreateEnvironmentDialog({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const navigate = useNavigate()
  const user = useCurrentUser()
  const { data: environments } = useQuery(environmentsQuery(user.id))

  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-lg">
        <DialogHeader>
          <DialogTitle>New environment</DialogTitle>
          <DialogDescription>A container of its own, with your repository in /workspace.</DialogDescription>
        </DialogHeader>
        <CreateEnvironmentForm
          takenNames={environments?.map(({ name }) => name) ?? []}
          onCancel={() => onOpenChange(false)}
          onCreated={(environment) => {
            onOpenChange(false)
            void navigate(`/environments/${environment.id}`)
          }}
        />
      </DialogContent>
    </Dialog>
  )
}
