import { useEffect, useEffectEvent } from 'react'
import { useQuery } from '@tanstack/react-query'
import { GitBranchIcon } from 'lucide-react'
import { gitStatusQuery } from '@/api/git'
import { Hint } from '@/components/Hint'
import { Button } from '@/components/ui/button'
import { countChanges } from '@/lib/git-files'
import type { GitTree } from '@/lib/git-tree'

/** Opens Git beside the terminal, and tells how many files differ. */
export function GitToggle(props: {
  tree: GitTree
  running: boolean
  /** What runs in the shown session. */
  command: string | null
  open: boolean
  onToggle: () => void
}) {
  const { tree, running, command, open, onToggle } = props
  const { data: status, refetch } = useQuery({ ...gitStatusQuery(tree), enabled: running })
  // Nobody tells of changes while the panel is closed; a program that began or ended may have made some.
  const askAgain = useEffectEvent(() => {
    if (running && !open) void refetch({ cancelRefetch: false })
  })
  useEffect(() => askAgain(), [command])
  const changes = status && status.files.length > 0 ? countChanges(status) : null
  return (
    <Hint text={open ? 'Close Git' : 'Git · Ctrl+Shift+G'}>
      <Button
        variant="ghost"
        size="sm"
        aria-pressed={open}
        aria-label={changes ? `Git, ${changes} changed ${changes === '1' ? 'file' : 'files'}` : 'Git'}
        className="gap-1.5 px-2 aria-pressed:bg-accent aria-pressed:text-foreground"
        onClick={onToggle}
      >
        <GitBranchIcon />
        {changes && <span className="text-xs font-normal tabular-nums">{changes}</span>}
      </Button>
    </Hint>
  )
}
