import { Button } from '@/components/ui/button'
import { openWebAddress, usePointedLink } from '@/lib/terminal-link'
import { paletteModifier } from '@/lib/use-palette-key'

const edgePx = 8
const besidePx = 18

/** Says where a link in a terminal leads, and how to follow it; with a finger, which has no Ctrl, a button does. */
export function TerminalLinkHint() {
  const link = usePointedLink()
  if (!link) return null
  const { innerWidth, innerHeight } = window
  const below = link.y < innerHeight / 2
  return (
    <div
      role="tooltip"
      // A finger that taps here must not count as a tap into the terminal.
      className="pointer-events-none fixed z-40 flex max-w-[min(32rem,calc(100vw-1rem))] items-center gap-2 rounded-md border border-border-strong bg-popover px-2 py-1 text-xs text-popover-foreground shadow-md pointer-coarse:pointer-events-auto"
      style={{
        ...(link.x < innerWidth / 2
          ? { left: Math.max(edgePx, link.x - besidePx) }
          : { right: Math.max(edgePx, innerWidth - link.x - besidePx) }),
        ...(below ? { top: link.y + besidePx } : { bottom: innerHeight - link.y + besidePx }),
      }}
    >
      <div className="min-w-0">
        <p className="line-clamp-3 font-mono break-all">{link.address}</p>
        <p className="text-muted-foreground pointer-coarse:hidden">{paletteModifier}+click opens it in a new tab</p>
      </div>
      <Button size="xs" className="hidden pointer-coarse:inline-flex" onClick={() => openWebAddress(link.address)}>
        Open
      </Button>
    </div>
  )
}
