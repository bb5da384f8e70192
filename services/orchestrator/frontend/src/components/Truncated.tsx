/** Below a diff of which the server has left the rest out. */
export function Truncated() {
  return (
    <p className="border-t px-3 py-2.5 text-sm text-muted-foreground">
      The rest is left out: the changes are longer than 1 MiB. In a terminal, <code className="font-mono">git</code>{' '}
      shows them all.
    </p>
  )
}
