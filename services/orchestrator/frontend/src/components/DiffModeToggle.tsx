import { Columns2Icon, Rows2Icon } from 'lucide-react'
import { Hint } from '@/components/Hint'
import { Button } from '@/components/ui/button'
import { diffModeChoice } from '@/lib/git-choices'
import { useChoice } from '@/lib/stored'

/** Both sides beside each other, or one below the other. */
export function DiffModeToggle() {
  const [mode, setMode] = useChoice(diffModeChoice)
  const split = mode === 'split'
  const label = split ? 'Show the changes in one column' : 'Show old and new side by side'
  return (
    <Hint text={label}>
      <Button variant="ghost" size="icon-xs" onClick={() => setMode(split ? 'unified' : 'split')}>
        {split ? <Rows2Icon className="size-3.5" /> : <Columns2Icon className="size-3.5" />}
        <span className="sr-only">{label}</span>
      </Button>
    </Hint>
  )
}
