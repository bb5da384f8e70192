/**
 * Colours of the terminal. Each of the sixteen reads at 4.5:1 on its own background, save the two that are meant to
 * sink into it; `background` equals --terminal in index.css.
 */
import type { ITheme } from '@xterm/xterm'

const dark: ITheme = {
  background: '#0f1014',
  foreground: '#d6d8de',
  cursor: '#a9adff',
  cursorAccent: '#0f1014',
  selectionBackground: '#3b3f7a',
  selectionInactiveBackground: '#2b2d45',
  black: '#4a4d57',
  red: '#f2777a',
  green: '#7ac98a',
  yellow: '#e0b566',
  blue: '#7da7f5',
  magenta: '#c594ef',
  cyan: '#5cc4cf',
  white: '#c9ccd3',
  brightBlack: '#858995',
  brightRed: '#ff9c9c',
  brightGreen: '#9fe0a8',
  brightYellow: '#f3d08b',
  brightBlue: '#a6c4ff',
  brightMagenta: '#deb8ff',
  brightCyan: '#8fdfe6',
  brightWhite: '#f5f6f8',
}

const light: ITheme = {
  background: '#fcfcfd',
  foreground: '#24262d',
  cursor: '#4f54d9',
  cursorAccent: '#fcfcfd',
  selectionBackground: '#cfd2ff',
  selectionInactiveBackground: '#e4e5f4',
  black: '#24262d',
  red: '#bf2f35',
  green: '#1b7a3d',
  yellow: '#855f00',
  blue: '#1f5fc4',
  magenta: '#8239b8',
  cyan: '#0f6f7d',
  white: '#5d616c',
  brightBlack: '#6b6f7a',
  brightRed: '#a8202b',
  brightGreen: '#116a31',
  brightYellow: '#735000',
  brightBlue: '#1550b0',
  brightMagenta: '#7029a6',
  brightCyan: '#095f6c',
  brightWhite: '#3b3e47',
}

export const terminalPalettes = { dark, light }

/** Programs choose colours for dark terminals, so the light one corrects what would vanish. */
export const terminalContrast = { dark: 1, light: 4.5 }
