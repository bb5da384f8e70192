/** Colours of terminals. The names and values of the known schemes are those that their authors publish. */
import type { ITheme } from '@xterm/xterm'

export interface TerminalScheme {
  id: string
  label: string
  tone: 'light' | 'dark'
  /** Text that would stand out less from its ground is made lighter or darker until it does; 1 leaves it alone. */
  contrast: number
  colours: Readonly<Required<Pick<ITheme, 'background' | 'foreground' | 'cursor'>> & ITheme>
}

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const
const brightNames = [
  'brightBlack',
  'brightRed',
  'brightGreen',
  'brightYellow',
  'brightBlue',
  'brightMagenta',
  'brightCyan',
  'brightWhite',
] as const

interface Ground {
  background: string
  foreground: string
  cursor: string
  selectionBackground: string
  selectionInactiveBackground?: string
}

/** `normal` and `bright` are eight colours each, in the order of their numbers. */
function colours(ground: Ground, normal: string, bright: string): TerminalScheme['colours'] {
  const named = (keys: readonly string[], values: string) => {
    const split = values.split(' ')
    return Object.fromEntries<string | undefined>(keys.map((key, index) => [key, split[index]]))
  }
  return { cursorAccent: ground.background, ...ground, ...named(names, normal), ...named(brightNames, bright) }
}

/**
 * The app's own. Each of the sixteen reads at 4.5:1 on its ground, save the two that are meant to sink into it;
 * `background` equals --terminal in index.css.
 */
export const ownSchemes: Readonly<Record<'light' | 'dark', TerminalScheme>> = {
  light: {
    id: 'light',
    label: 'Light',
    tone: 'light',
    // Programs choose colours for dark terminals, so a light one corrects what would vanish.
    contrast: 4.5,
    colours: colours(
      {
        background: '#fcfcfd',
        foreground: '#24262d',
        cursor: '#4f54d9',
        selectionBackground: '#cfd2ff',
        selectionInactiveBackground: '#e4e5f4',
      },
      '#24262d #bf2f35 #1b7a3d #855f00 #1f5fc4 #8239b8 #0f6f7d #5d616c',
      '#6b6f7a #a8202b #116a31 #735000 #1550b0 #7029a6 #095f6c #3b3e47',
    ),
  },
  dark: {
    id: 'dark',
    label: 'Dark',
    tone: 'dark',
    contrast: 1,
    colours: colours(
      {
        background: '#0f1014',
        foreground: '#d6d8de',
        cursor: '#a9adff',
        selectionBackground: '#3b3f7a',
        selectionInactiveBackground: '#2b2d45',
      },
      '#4a4d57 #f2777a #7ac98a #e0b566 #7da7f5 #c594ef #5cc4cf #c9ccd3',
      '#858995 #ff9c9c #9fe0a8 #f3d08b #a6c4ff #deb8ff #8fdfe6 #f5f6f8',
    ),
  },
}

const solarized = {
  normal: '#073642 #dc322f #859900 #b58900 #268bd2 #d33682 #2aa198 #eee8d5',
  bright: '#002b36 #cb4b16 #586e75 #657b83 #839496 #6c71c4 #93a1a1 #fdf6e3',
}

/** Some of them use colours equal or close to their own ground, which the least contrast makes legible. */
export const knownSchemes: readonly TerminalScheme[] = [
  {
    id: 'solarized-light',
    label: 'Solarized Light',
    tone: 'light',
    contrast: 4.5,
    colours: colours(
      { background: '#fdf6e3', foreground: '#657b83', cursor: '#586e75', selectionBackground: '#d9d2bb' },
      solarized.normal,
      solarized.bright,
    ),
  },
  {
    id: 'solarized-dark',
    label: 'Solarized Dark',
    tone: 'dark',
    contrast: 4.5,
    colours: colours(
      { background: '#002b36', foreground: '#839496', cursor: '#93a1a1', selectionBackground: '#14505f' },
      solarized.normal,
      solarized.bright,
    ),
  },
  {
    id: 'gruvbox-dark',
    label: 'Gruvbox Dark',
    tone: 'dark',
    contrast: 3,
    colours: colours(
      { background: '#282828', foreground: '#ebdbb2', cursor: '#ebdbb2', selectionBackground: '#504945' },
      '#282828 #cc241d #98971a #d79921 #458588 #b16286 #689d6a #a89984',
      '#928374 #fb4934 #b8bb26 #fabd2f #83a598 #d3869b #8ec07c #ebdbb2',
    ),
  },
  {
    id: 'dracula',
    label: 'Dracula',
    tone: 'dark',
    contrast: 3,
    colours: colours(
      { background: '#282a36', foreground: '#f8f8f2', cursor: '#f8f8f2', selectionBackground: '#44475a' },
      '#21222c #ff5555 #50fa7b #f1fa8c #bd93f9 #ff79c6 #8be9fd #f8f8f2',
      '#6272a4 #ff6e6e #69ff94 #ffffa5 #d6acff #ff92df #a4ffff #ffffff',
    ),
  },
  {
    id: 'high-contrast',
    label: 'High contrast',
    tone: 'dark',
    contrast: 7,
    colours: colours(
      { background: '#000000', foreground: '#ffffff', cursor: '#ffff00', selectionBackground: '#1f4fd6' },
      '#767676 #ff8080 #66ff66 #ffff66 #99bbff #ff99ff #66ffff #ffffff',
      '#a0a0a0 #ffa6a6 #99ff99 #ffff99 #bfd4ff #ffbfff #99ffff #ffffff',
    ),
  },
]

/** The scheme that a choice stands for. What is no scheme, such as `app`, follows the app. */
export function findScheme(id: string, theme: 'light' | 'dark'): TerminalScheme {
  return [...Object.values(ownSchemes), ...knownSchemes].find((scheme) => scheme.id === id) ?? ownSchemes[theme]
}
