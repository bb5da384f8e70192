import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import { countPastedLines } from '@/lib/terminal-paste'

const shownCharacters = 2000

/** Asks before several lines go to a program that may run each of them. */
export function PasteDialog({ text, onPaste, onClose }: { text: string; onPaste: () => void; onClose: () => void }) {
  return (
    <AlertDialog open onOpenChange={(open) => !open && onClose()}>
      <AlertDialogContent className="max-w-xl">
        <AlertDialogHeader>
          <AlertDialogTitle>Paste {countPastedLines(text).toLocaleString('en')} lines?</AlertDialogTitle>
          <AlertDialogDescription>
            A program that takes every line as a command runs them all. The terminal settings turn this question off.
          </AlertDialogDescription>
        </AlertDialogHeader>
        <pre className="max-h-52 overflow-auto rounded-md border bg-muted p-3 font-mono text-xs">
          {text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text}
        </pre>
        <AlertDialogFooter>
          <AlertDialogCancel asChild>
            <Button variant="outline">Cancel</Button>
          </AlertDialogCancel>
          <Button
            onClick={() => {
              onClose()
              onPaste()
            }}
          >
            Paste
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
