import type { ReactNode } from 'react'
import { ArrowDownIcon, ArrowLeftIcon, ArrowRightIcon, ArrowUpIcon } from 'lucide-react'
import type { HeldKeys } from '@/lib/terminal-keys'
import { cn } from '@/lib/utils'

interface Key {
  name: string
  shown: ReactNode
  text: string
  /** Last letter of a cursor key's sequence. */
  cursor?: string
}

const firstKeys: Key[] = [
  { name: 'Escape', shown: 'Esc', text: '\x1b' },
  { name: 'Tab', shown: 'Tab', text: '\t' },
]
const heldKeys = [
  { name: 'Control', shown: 'Ctrl', key: 'ctrl' },
  { name: 'Alt', shown: 'Alt', key: 'alt' },
] as const
const lastKeys: Key[] = [
  { name: 'Control C', shown: '^C', text: '\x03' },
  { name: 'Left', shown: <ArrowLeftIcon />, text: '', cursor: 'D' },
  { name: 'Down', shown: <ArrowDownIcon />, text: '', cursor: 'B' },
  { name: 'Up', shown: <ArrowUpIcon />, text: '', cursor: 'A' },
  { name: 'Right', shown: <ArrowRightIcon />, text: '', cursor: 'C' },
]

interface Props {
  held: HeldKeys
  onHold: (held: HeldKeys) => void
  onPress: (key: Key) => void
  onFocus: () => void
}

/** The keys that a phone's keyboard lacks; Ctrl and Alt count for the next key. Only where a finger is the pointer. */
export function TerminalKeyBar({ held, onHold, onPress, onFocus }: Props) {
  const press = (key: Key) => {
    onPress(key)
    onFocus()
  }
  const plain = (key: Key) => <BarKey key={key.name} name={key.name} shown={key.shown} onClick={() => press(key)} />
  return (
    <div
      role="toolbar"
      aria-label="Keys"
      className="hidden shrink-0 gap-1 overflow-x-auto border-t bg-terminal-bar p-1 pb-[max(0.25rem,env(safe-area-inset-bottom))] pointer-coarse:flex"
    >
      {firstKeys.map(plain)}
      {heldKeys.map(({ name, shown, key }) => (
        <BarKey
          key={name}
          name={name}
          shown={shown}
          held={held[key]}
          onClick={() => {
            onHold({ ...held, [key]: !held[key] })
            onFocus()
          }}
        />
      ))}
      {lastKeys.map(plain)}
    </div>
  )
}

function BarKey({
  name,
  shown,
  held,
  onClick,
}: {
  name: string
  shown: ReactNode
  /** Undefined for a key that is not held. */
  held?: boolean
  onClick: () => void
}) {
  return (
    <button
      type="button"
      aria-label={name}
      aria-pressed={held}
      // The keyboard on the screen stays open as long as the terminal keeps the focus.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onClick}
      className={cn(
        'grid h-11 min-w-9 flex-1 place-items-center rounded-md border bg-card font-mono text-xs outline-none select-none focus-visible:ring-2 focus-visible:ring-ring active:bg-accent [&_svg]:size-4',
        held && 'border-primary bg-primary text-primary-foreground active:bg-primary-hover',
      )}
    >
      {shown}
    </button>
  )
}
