/**
 * Makes an xterm.js terminal as this product wants it. It knows no socket and no React. tmux owns the screen and its
 * history, so a live terminal keeps no scrollback of its own.
 */
import '@xterm/xterm/css/xterm.css'
import './xterm.css'
import { FitAddon } from '@xterm/addon-fit'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal, type ITerminalOptions } from '@xterm/xterm'
import { leaveLink, openLink, pointAtLink } from './terminal-link'
import type { TerminalScheme } from './terminal-schemes'
import { TmuxWidths } from './terminal-widths'

const terminalFont = "'JetBrains Mono Variable', ui-monospace, 'SF Mono', Menlo, Consolas, monospace"

const widths = new TmuxWidths()

export interface TerminalLook {
  scheme: TerminalScheme
  fontSizePx: number
  screenReader: boolean
}

/** Measured before the font is there, cells keep the wrong width for ever. A missing font must not keep the terminal away. */
export async function loadTerminalFont(fontSizePx: number): Promise<void> {
  const load = (weight: string) => document.fonts.load(`${weight} ${fontSizePx}px 'JetBrains Mono Variable'`)
  const late = new Promise((resolve) => setTimeout(resolve, 2000))
  await Promise.race([Promise.all([load('400'), load('700')]).catch(() => undefined), late])
}

export function createTerminal(
  look: TerminalLook,
  options: ITerminalOptions = {},
): { terminal: Terminal; fit: FitAddon } {
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: false,
    cursorInactiveStyle: 'outline',
    customGlyphs: true,
    drawBoldTextInBrightColors: false,
    fontFamily: terminalFont,
    fontSize: look.fontSizePx,
    fontWeight: '400',
    fontWeightBold: '700',
    lineHeight: 1.2,
    linkHandler: { activate: openLink, hover: pointAtLink, leave: leaveLink },
    macOptionClickForcesSelection: true,
    minimumContrastRatio: look.scheme.contrast,
    screenReaderMode: look.screenReader,
    scrollback: 0,
    theme: look.scheme.colours,
    ...options,
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.unicode.register(widths)
  terminal.unicode.activeVersion = widths.version
  terminal.loadAddon(new WebLinksAddon(openLink, { hover: pointAtLink, leave: leaveLink }))
  return { terminal, fit }
}

export function applyLook(terminal: Terminal, look: TerminalLook): void {
  terminal.options.theme = look.scheme.colours
  terminal.options.minimumContrastRatio = look.scheme.contrast
  terminal.options.fontSize = look.fontSizePx
  terminal.options.screenReaderMode = look.screenReader
}
