import { useId, type ReactNode } from 'react'
import { MinusIcon, PlusIcon } from 'lucide-react'
import { TerminalPreview } from '@/components/TerminalPreview'
import { TerminalSchemePicker } from '@/components/TerminalSchemePicker'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { useChoice, type Choice } from '@/lib/stored'
import {
  askBeforePasteChoice,
  copyOnSelectChoice,
  fontSizeChoice,
  largestFontPx,
  screenReaderChoice,
  smallestFontPx,
} from '@/lib/terminal-settings'
import { useTerminalLook } from '@/lib/use-terminal-look'

/** How terminals look and behave. Every change takes effect at once, in open terminals too. */
export function TerminalSettingsDialog({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-xl">
        <DialogHeader>
          <DialogTitle>Terminal settings</DialogTitle>
          <DialogDescription>For all terminals in this browser. Changes show at once.</DialogDescription>
        </DialogHeader>
        <TerminalSettings />
      </DialogContent>
    </Dialog>
  )
}

function TerminalSettings() {
  const look = useTerminalLook()
  const colours = useId()
  return (
    <>
      <section className="grid gap-3">
        <h3 id={colours} className="font-medium">
          Colours
        </h3>
        <TerminalSchemePicker labelledBy={colours} />
        <TerminalPreview look={look} />
      </section>
      <FontSize />
      <section className="grid gap-3 border-t pt-5">
        <Switch
          choice={copyOnSelectChoice}
          label="Copy what is selected"
          hint="With the mouse, without another key. An empty selection copies nothing."
        />
        <Switch
          choice={askBeforePasteChoice}
          label="Ask before pasting several lines"
          hint="For programs that run every line as it comes. Shells and editors wait for Return by themselves."
        />
        <Switch
          choice={screenReaderChoice}
          label="Screen reader support"
          hint="Reads new output aloud and lets a screen reader walk through the lines."
        />
      </section>
    </>
  )
}

function FontSize() {
  const [px, setPx] = useChoice(fontSizeChoice)
  return (
    <section className="flex items-center gap-2" role="group" aria-label="Text size">
      <h3 className="flex-1 font-medium">Text size</h3>
      <Button variant="outline" size="icon-sm" disabled={px <= smallestFontPx} onClick={() => setPx(px - 1)}>
        <MinusIcon />
        <span className="sr-only">Smaller</span>
      </Button>
      <span role="status" className="w-12 text-center tabular-nums">
        {px} px
      </span>
      <Button variant="outline" size="icon-sm" disabled={px >= largestFontPx} onClick={() => setPx(px + 1)}>
        <PlusIcon />
        <span className="sr-only">Larger</span>
      </Button>
    </section>
  )
}

function Switch({ choice, label, hint }: { choice: Choice<boolean>; label: string; hint: ReactNode }) {
  const id = useId()
  const [on, setOn] = useChoice(choice)
  return (
    <div className="grid grid-cols-[auto_1fr] items-start gap-x-2.5 gap-y-0.5">
      <Checkbox
        id={id}
        className="mt-0.5"
        checked={on}
        aria-describedby={`${id}-hint`}
        onCheckedChange={(checked) => setOn(checked === true)}
      />
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <p id={`${id}-hint`} className="col-start-2 text-xs text-muted-foreground">
        {hint}
      </p>
    </div>
  )
}
