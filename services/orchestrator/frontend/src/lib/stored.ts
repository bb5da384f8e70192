/**
 * Small choices that the browser remembers (theme, sidebar, font size). Every value passes its schema when it is read,
 * so that an old or broken one is as good as none. Never for anything secret.
 */
import { useCallback, useSyncExternalStore } from 'react'
import type { z } from 'zod'

const prefix = 'craftastic.'
const listeners = new Set<() => void>()
/** The value of this page where storage is blocked. */
const unsaved = new Map<string, string>()

export interface Choice<T> {
  key: string
  schema: z.ZodType<T>
  fallback: T
}

function readText(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key) ?? unsaved.get(key) ?? null
  } catch {
    return unsaved.get(key) ?? null
  }
}

function parse<T>(choice: Choice<T>, text: string | null): T {
  if (text === null) return choice.fallback
  try {
    const parsed = choice.schema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : choice.fallback
  } catch {
    return choice.fallback
  }
}

export function readChoice<T>(choice: Choice<T>): T {
  return parse(choice, readText(choice.key))
}

function writeChoice<T>(choice: Choice<T>, value: T): void {
  const text = JSON.stringify(value)
  unsaved.set(choice.key, text)
  try {
    localStorage.setItem(prefix + choice.key, text)
  } catch {
    // Storage is blocked or full: the choice lasts as long as the page.
  }
  for (const listener of listeners) listener()
}

/** Calls `listener` after each change, in this tab or another one. Answers how to stop. */
export function onChoiceChange(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

/** A remembered choice as state. Only for values that are equal when their JSON is. */
export function useChoice<T extends string | number | boolean>(choice: Choice<T>): [T, (value: T) => void] {
  const value = useSyncExternalStore(onChoiceChange, () => readChoice(choice))
  const setValue = useCallback((next: T) => writeChoice(choice, next), [choice])
  return [value, setValue]
}
