import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { Kbd } from '@/components/ui/kbd'
import { paletteModifier } from '@/lib/use-palette-key'

interface Shortcut {
  keys: string[]
  does: string
}

/** Held, it keeps the mouse from the program in a terminal. */
const selectModifier = paletteModifier === '⌘' ? 'Option' : 'Shift'

const groups: { title: string; shortcuts: Shortcut[] }[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { keys: [paletteModifier, 'K'], does: 'Find an environment, a session or a command' },
      { keys: ['c'], does: 'Create an environment' },
      { keys: ['g', 'd'], does: 'Go to the dashboard' },
      { keys: ['?'], does: 'Show this list' },
    ],
  },
  {
    title: 'In a terminal',
    shortcuts: [
      { keys: ['Ctrl', '1…9'], does: 'Go to a session by its place' },
      { keys: ['Ctrl', 'Shift', 'Enter'], does: 'New terminal' },
      { keys: ['Ctrl', 'Shift', '\\'], does: 'Open a session beside, go to the other side' },
      {
        keys: paletteModifier === 'Ctrl' ? ['Ctrl', 'Shift', 'K'] : [paletteModifier, 'K'],
        does: 'Find an environment, a session or a command',
      },
      { keys: ['Ctrl', 'Shift', 'M'], does: 'Leave the terminal with the keyboard' },
      { keys: [selectModifier, 'drag'], does: 'Select text while a program uses the mouse' },
      { keys: ['Ctrl', 'Shift', 'C'], does: 'Copy the selection' },
      { keys: ['Ctrl', 'Shift', 'V'], does: 'Paste' },
      { keys: ['Ctrl', 'Shift', 'F'], does: 'Search the history' },
      { keys: ['Shift', 'PageUp'], does: 'Scroll back in the history' },
      { keys: ['Ctrl', 'Shift', 'G'], does: 'Go to Git beside the terminal, and back' },
      { keys: [paletteModifier, 'click'], does: 'Open a link' },
      {
        keys: [paletteModifier === 'Ctrl' ? 'Shift' : '⌥', 'drag'],
        does: 'Select text in a program that uses the mouse',
      },
    ],
  },
  {
    title: 'In the list of changed files',
    shortcuts: [
      { keys: ['Space'], does: 'Stage or unstage the file' },
      { keys: ['Enter'], does: 'Show what changed in it' },
      { keys: ['Delete'], does: 'Discard its changes, after a question' },
      { keys: ['Ctrl', 'Enter'], does: 'Commit, from the message' },
    ],
  },
  {
    title: 'On a tab',
    shortcuts: [
      { keys: ['Ctrl', 'Shift', '←'], does: 'Move it to the left, with → to the right' },
      { keys: ['F2'], does: 'Rename the session' },
    ],
  },
]

export function HelpDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Keyboard</DialogTitle>
          <DialogDescription>In a terminal every other key goes to its program.</DialogDescription>
        </DialogHeader>
        {groups.map(({ title, shortcuts }) => (
          <section key={title}>
            <h3 className="mb-1 text-xs font-medium text-muted-foreground">{title}</h3>
            <dl className="divide-y">
              {shortcuts.map(({ keys, does }) => (
                <div key={does} className="flex min-h-9 items-center justify-between gap-4">
                  <dt>{does}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <p className="text-xs text-muted-foreground">
          Ctrl+W, Ctrl+T and Ctrl+N belong to the browser. A closed tab ends no program: its address brings the terminal
          back. In full screen, which the terminal menu offers, Chrome and Edge hand these keys to the program; hold Esc
          to leave.
        </p>
      </DialogContent>
    </Dialog>
  )
}
