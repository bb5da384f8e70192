import type { TerminalLook } from '@/lib/xterm'

/** A few lines as a terminal would show them: what the choices look like where no terminal is open. */
export function TerminalPreview({ look: { scheme, fontSizePx } }: { look: TerminalLook }) {
  const { colours } = scheme
  const word = (text: string, color: string | undefined, bold = false) => (
    <span style={{ color, fontWeight: bold ? 700 : 400 }}>{text}</span>
  )
  return (
    <pre
      aria-hidden="true"
      className="h-28 overflow-hidden font-mono rounded-md border border-input p-3"
      style={{
        background: colours.background,
        color: colours.foreground,
        fontSize: fontSizePx,
        lineHeight: 1.2,
      }}
    >
      {word('~/project', colours.blue, true)} {word('main', colours.magenta)} $ npm test{'\n'}
      {word('✓', colours.green)} 42 passed {word('(1.8 s)', colours.brightBlack)}
      {'\n'}
      {word('!', colours.yellow)} 1 skipped {word('✗', colours.red)} 0 failed{'\n'}
      <span style={{ background: colours.selectionBackground }}>selected text</span>{' '}
      <span style={{ background: colours.cursor, color: colours.cursorAccent }}> </span>
    </pre>
  )
}
