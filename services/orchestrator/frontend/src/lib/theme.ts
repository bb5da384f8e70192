/** Light, dark, or as the system says. public/theme.js applies the same choice before the first paint. */
import { useSyncExternalStore } from 'react'
import { z } from 'zod'
import { onChoiceChange, readChoice, useChoice, type Choice } from './stored'

export const ThemeChoice = z.enum(['system', 'light', 'dark'])
export type ThemeChoice = z.infer<typeof ThemeChoice>

const themeChoice: Choice<ThemeChoice> = { key: 'theme', schema: ThemeChoice, fallback: 'system' }
const systemDark = () => window.matchMedia('(prefers-color-scheme: dark)')

function currentTheme(): 'light' | 'dark' {
  const choice = readChoice(themeChoice)
  if (choice !== 'system') return choice
  return systemDark().matches ? 'dark' : 'light'
}

function onThemeChange(listener: () => void): () => void {
  const media = systemDark()
  media.addEventListener('change', listener)
  const stop = onChoiceChange(listener)
  return () => {
    media.removeEventListener('change', listener)
    stop()
  }
}

/** Keeps the page's class in step with the choice and the system, for as long as the page lives. */
export function startTheme(): void {
  const apply = () => document.documentElement.classList.toggle('dark', currentTheme() === 'dark')
  apply()
  onThemeChange(apply)
}

export function useThemeChoice(): [ThemeChoice, (choice: ThemeChoice) => void] {
  return useChoice(themeChoice)
}

/** The theme in force. */
export function useTheme(): 'light' | 'dark' {
  return useSyncExternalStore(onThemeChange, currentTheme)
}
