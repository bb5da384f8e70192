import type { ReactNode } from 'react'
import { ArrowDownIcon, ArrowLeftIcon, ArrowRightIcon, ArrowUpIcon } from 'lucide-react'

interface Key {
  name: string
  shown: ReactNode
  text: string
  /** Last letter of a cursor key's sequence. */
  cursor?: string
}

const keys: Key[] = [
  { name: 'Escape', shown: 'Esc', text: '\x1b' },
  { name: 'Tab', shown: 'Tab', text: '\t' },
  { name: 'Control C', shown: '^C', text: '\x03' },
  { name: 'Control D', shown: '^D', text: '\x04' },
  { name: 'Control Z', shown: '^Z', text: '\x1a' },
  { name: 'Left', shown: <ArrowLeftIcon />, text: '', cursor: 'D' },
  { name: 'Down', shown: <ArrowDownIcon />, text: '', cursor: 'B' },
  { name: 'Up', shown: <ArrowUpIcon />, text: '', cursor: 'A' },
  { name: 'Right', shown: <ArrowRightIcon />, text: '', cursor: 'C' },
]

/** The keys that a phone's keyboard lacks. Only where a finger is the pointer. */
export function TerminalKeyBar({ onPress, onFocus }: { onPress: (key: Key) => void; onFocus: () => void }) {
  return (
    <div
      role="toolbar"
      aria-label="Keys"
      className="hidden shrink-0 gap-1 overflow-x-auto border-t bg-terminal-bar p-1 pb-[max(0.25rem,env(safe-area-inset-bottom))] pointer-coarse:flex"
    >
      {keys.map((key) => (
        <button
          key={key.name}
          type="button"
          aria-label={key.name}
          // The keyboard on the screen stays open as long as the terminal keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => {
            onPress(key)
            onFocus()
          }}
          className="grid h-10 min-w-9 flex-1 place-items-center rounded-md border bg-card font-mono text-xs outline-none focus-visible:ring-2 focus-visible:ring-ring active:bg-accent [&_svg]:size-4"
        >
          {key.shown}
        </button>
      ))}
    </div>
  )
}
