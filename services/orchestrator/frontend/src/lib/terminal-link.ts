/** Links in terminals: web addresses in the text, and what a program puts behind other text. Only http and https. */
import { useSyncExternalStore } from 'react'

export interface PointedLink {
  /** Where it really leads: the text may say something else. */
  address: string
  /** Place of the pointer on the page. */
  x: number
  y: number
}

let pointed: PointedLink | null = null
const listeners = new Set<() => void>()

function point(link: PointedLink | null): void {
  pointed = link
  for (const listener of listeners) listener()
}

/** The address as the browser reads it, so that no letter passes for another one; null when it is none to open. */
export function readWebAddress(uri: string): string | null {
  if (!URL.canParse(uri)) return null
  const url = new URL(uri)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
}

/** In a new tab, without access to this page. */
export function openWebAddress(address: string): void {
  window.open(address, '_blank', 'noopener,noreferrer')
}

/** Only with Ctrl or Cmd: a click into a terminal is meant for the terminal. */
export function openLink(event: MouseEvent, uri: string): void {
  if (!event.ctrlKey && !event.metaKey) return
  const address = readWebAddress(uri)
  if (address) openWebAddress(address)
}

export function pointAtLink(event: MouseEvent, uri: string): void {
  const address = readWebAddress(uri)
  point(address ? { address, x: event.clientX, y: event.clientY } : null)
}

export function leaveLink(): void {
  if (pointed) point(null)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The link under the pointer, in whichever terminal. */
export function usePointedLink(): PointedLink | null {
  return useSyncExternalStore(subscribe, () => pointed)
}
