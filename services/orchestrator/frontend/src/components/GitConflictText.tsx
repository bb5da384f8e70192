import { cn } from '@/lib/utils'

/** Both sides of a conflict, as they stand in the file. Git marks each line with a column for each side. */
export function GitConflictText({ head }: { head: readonly string[] }) {
  const lines = head.slice(head.findIndex((line) => line.startsWith('@@@')))
  return (
    <pre className="overflow-x-auto py-2 font-mono text-xs leading-4.5 [font-variant-ligatures:none]">
      {lines.map((line, index) => {
        const marker = /^\+\+(<{7}|\|{7}|={7}|>{7})/.test(line)
        return (
          <div
            key={index}
            className={cn(
              'min-h-4.5 px-3',
              line.startsWith('@@@') && 'bg-muted text-muted-foreground',
              marker && 'bg-warning-muted font-medium text-warning-text',
            )}
          >
            {line}
          </div>
        )
      })}
    </pre>
  )
}
