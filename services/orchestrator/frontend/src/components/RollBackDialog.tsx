import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Application, RollbackImageList } from '@craftastic/contract'
import { rollbackImagesQuery } from '@/api/applications'
import { ReadFailure } from '@/components/ReadFailure'
import { RelativeTime } from '@/components/RelativeTime'
import { Button } from '@/components/ui/button'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/skeleton'
import { useDeploy } from '@/lib/deploy-context'
import { shortCommit } from '@/lib/deployment-words'

interface Props {
  environmentId: string
  application: Application
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Puts an image back into service that was built before. */
export function RollBackDialog(props: Props) {
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Roll back {props.application.name}</DialogTitle>
          <DialogDescription>
            An earlier image runs again, without a build. The next deployment builds the branch as usual.
          </DialogDescription>
        </DialogHeader>
        <Images {...props} />
      </DialogContent>
    </Dialog>
  )
}

function Images({ environmentId, application, onOpenChange }: Props) {
  const { rollBack, pending } = useDeploy()
  const { data, error, isFetching, refetch } = useQuery(rollbackImagesQuery(environmentId, application.id))
  const [chosen, choose] = useState<string | null>(null)
  const tag = data?.some((image) => image.tag === chosen && !image.current) ? chosen : null

  return (
    <form
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault()
        if (tag === null) return
        rollBack(application.id, tag)
        onOpenChange(false)
      }}
    >
      <div className="overflow-hidden rounded-md border">
        {!data && !error && (
          <div aria-label="The images are being read" role="status" className="grid gap-3 p-3">
            <Skeleton className="h-5 w-3/5" />
            <Skeleton className="h-5 w-2/5" />
          </div>
        )}
        {!data && error && <ReadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />}
        {data && data.length > 0 && (
          <fieldset className="max-h-72 divide-y overflow-y-auto">
            <legend className="sr-only">Image to go back to</legend>
            {data.map((image) => (
              <Image key={image.tag} image={image} checked={image.tag === tag} onChoose={() => choose(image.tag)} />
            ))}
          </fieldset>
        )}
        {data?.every(({ current }) => current) && (
          <p className="px-3 py-3 text-muted-foreground not-first:border-t">
            The server of the application keeps no earlier image.
          </p>
        )}
      </div>
      <DialogFooter>
        <Button variant="outline" onClick={() => onOpenChange(false)}>
          Cancel
        </Button>
        <Button type="submit" disabled={tag === null || pending}>
          Roll back
        </Button>
      </DialogFooter>
    </form>
  )
}

function Image({
  image: { tag, createdAt, current },
  checked,
  onChoose,
}: {
  image: RollbackImageList['images'][number]
  checked: boolean
  onChoose: () => void
}) {
  return (
    <label className="flex min-h-10 items-center gap-3 px-3 py-1.5 has-checked:bg-accent has-enabled:cursor-pointer has-enabled:hover:bg-accent/50">
      <input
        type="radio"
        name="image"
        value={tag}
        checked={checked}
        disabled={current}
        onChange={onChoose}
        className="size-4 accent-primary"
      />
      <span className="min-w-0 truncate font-mono text-xs" title={tag}>
        {shortCommit(tag)}
      </span>
      {current && <span className="text-xs font-medium">runs now</span>}
      {createdAt !== null && <RelativeTime at={createdAt} className="ml-auto text-xs text-muted-foreground" />}
    </label>
  )
}
