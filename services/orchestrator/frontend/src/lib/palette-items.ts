/** What the command palette lists, and in which order. It knows no React beyond the look of an icon. */
import type { ComponentType } from 'react'
import { defaultFilter } from 'cmdk'
import type { Environment, Session, SharedSession } from '@craftastic/contract'
import { inOrder, isAlive, presentEnvironment, presentSession, sessionLabel, type Tone } from './status'

export interface PaletteItem {
  id: string
  label: string
  /** What the label belongs to; stands before it and is searched with it. */
  within?: string
  /** Stands behind the label: the program that runs, the state in a word. */
  detail?: string
  /** Other words for it that somebody may type. */
  keywords?: string[]
  look: { tone: Tone; word: string } | ComponentType<{ className?: string }>
  keys?: readonly string[]
  run: () => void
}

export interface PaletteGroup {
  title: string
  items: PaletteItem[]
  /** How many are listed before anything is typed. */
  atFirst?: number
}

/** A place that somebody can go to. `id` is the id of the environment or session. */
interface Place {
  id: string
}

/** Those visited last come first, the one shown now comes last: nobody looks for the place where they are. */
export function byRecency<T extends Place>(places: readonly T[], recent: readonly string[], here?: string): T[] {
  const rank = ({ id }: T) => {
    if (id === here) return Infinity
    const index = recent.indexOf(id)
    return index === -1 ? recent.length : index
  }
  // Sorting keeps the order of equals; two infinities do not subtract.
  return [...places].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
}

export function environmentItems(
  environments: readonly Environment[],
  recent: readonly string[],
  here: string | undefined,
  go: (environment: Environment) => void,
): PaletteItem[] {
  return byRecency(environments, recent, here).map((environment) => {
    const look = presentEnvironment(environment)
    return {
      id: environment.id,
      label: environment.name,
      detail: look.word,
      keywords: environment.repositoryUrl ? [environment.repositoryUrl] : [],
      look,
      run: () => go(environment),
    }
  })
}

export function sessionItems(
  environments: readonly Environment[],
  recent: readonly string[],
  here: string | undefined,
  go: (session: Session) => void,
): PaletteItem[] {
  const owners = new Map(environments.map((environment) => [environment.id, environment]))
  const sessions = environments.flatMap((environment) => inOrder(environment.sessions ?? []))
  return byRecency(sessions, recent, here).flatMap((session) => {
    const environment = owners.get(session.environmentId)
    if (!environment) return []
    const look = presentSession(session, environment)
    const command = isAlive(session, environment) ? (session.currentCommand ?? undefined) : undefined
    return {
      id: session.id,
      within: environment.name,
      label: sessionLabel(session),
      detail: [session.branch, command].filter(Boolean).join(' · ') || undefined,
      keywords: [session.branch, command].filter((word) => word !== null && word !== undefined),
      look,
      run: () => go(session),
    }
  })
}

export function sharedItems(
  sessions: readonly SharedSession[],
  recent: readonly string[],
  here: string | undefined,
  go: (session: SharedSession) => void,
): PaletteItem[] {
  return byRecency(sessions, recent, here).map((session) => ({
    id: session.id,
    within: session.environment.name,
    label: sessionLabel(session),
    detail: session.owner.name,
    keywords: ['shared', session.owner.name],
    look: presentSession(session, session.environment),
    run: () => go(session),
  }))
}

/** Below this, letters are only somewhere in the text, which is no match to a person. */
const leastScore = 0.02

function score(item: PaletteItem, words: readonly string[]): number {
  const text = item.within ? `${item.within} ${item.label}` : item.label
  return words.reduce((product, word) => product * defaultFilter(text, word, item.keywords), 1)
}

/** The groups as they are listed for `search`: every word has to match, the best group and the best item first. */
export function searchPalette(groups: readonly PaletteGroup[], search: string): PaletteGroup[] {
  const words = search.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) {
    return groups
      .map((group) => ({ ...group, items: group.items.slice(0, group.atFirst) }))
      .filter(({ items }) => items.length > 0)
  }
  const least = leastScore ** words.length
  return groups
    .map((group) => {
      const scored = group.items
        .map((item) => ({ item, score: score(item, words) }))
        .filter((match) => match.score >= least)
        .sort((a, b) => b.score - a.score)
      return { group: { ...group, items: scored.map(({ item }) => item) }, best: scored[0]?.score ?? 0 }
    })
    .filter(({ best }) => best > 0)
    .sort((a, b) => b.best - a.best)
    .map(({ group }) => group)
}
