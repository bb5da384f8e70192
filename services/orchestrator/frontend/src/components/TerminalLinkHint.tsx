import { Button } from '@/components/ui/button'
import { leaveLink, openWebAddress, usePointedLink } from '@/lib/terminal-link'
import { paletteModifier } from '@/lib/use-palette-key'

const edgePx = 8
const besidePx = 18
const widestPx = 512

/** Says where a link in a terminal leads, and how to follow it; with a finger, which has no Ctrl, a button does. */
export function TerminalLinkHint() {
  const link = usePointedLink()
  if (!link) return null
  const { innerWidth, innerHeight } = window
  const left = Math.max(edgePx, Math.min(link.x - besidePx, innerWidth - widestPx - edgePx))
  return (
    <div
      role="tooltip"
      // A finger that taps here must not count as a tap into the terminal.
      className="pointer-events-none fixed z-40 flex items-center gap-2 rounded-md border border-border-strong bg-popover px-2 py-1 text-xs text-popover-foreground shadow-md pointer-coarse:pointer-events-auto"
      style={{
        left,
        maxWidth: Math.min(widestPx, innerWidth - 2 * edgePx),
        ...(link.y < innerHeight / 2 ? { top: link.y + besidePx } : { bottom: innerHeight - link.y + besidePx }),
      }}
    >
      <div className="min-w-0">
        <p className="line-clamp-4 font-mono break-all [font-variant-ligatures:none]">{link.address}</p>
        <p className="text-muted-foreground pointer-coarse:hidden">{paletteModifier}+click opens it in a new tab</p>
      </div>
      <Button
        size="xs"
        className="hidden pointer-coarse:inline-flex"
        onClick={() => openWebAddress(link.address)}
        // The mouse that a browser makes of a tap leaves the terminal, and the link with it, before it clicks.
        onTouchEnd={(event) => {
          event.preventDefault()
          openWebAddress(link.address)
          leaveLink()
        }}
      >
        Open
      </Button>
    </div>
  )
}
