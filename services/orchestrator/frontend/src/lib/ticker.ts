/** The time as state, for texts such as "3 minutes ago". One timer per step, however many texts there are. */
import { useSyncExternalStore } from 'react'

interface Ticker {
  nowMs: number
  listeners: Set<() => void>
  timer: ReturnType<typeof setInterval> | undefined
}

const tickers = new Map<number, Ticker>()

function tickerOf(stepMs: number): Ticker {
  const known = tickers.get(stepMs)
  if (known) return known
  const ticker: Ticker = { nowMs: Date.now(), listeners: new Set(), timer: undefined }
  tickers.set(stepMs, ticker)
  return ticker
}

function subscribe(stepMs: number, listener: () => void): () => void {
  const ticker = tickerOf(stepMs)
  ticker.listeners.add(listener)
  if (ticker.timer === undefined) {
    ticker.nowMs = Date.now()
    ticker.timer = setInterval(() => {
      ticker.nowMs = Date.now()
      for (const call of ticker.listeners) call()
    }, stepMs)
  }
  return () => {
    ticker.listeners.delete(listener)
    if (ticker.listeners.size > 0) return
    clearInterval(ticker.timer)
    ticker.timer = undefined
  }
}

const subscribers = new Map<number, (listener: () => void) => () => void>()

/** The time in milliseconds, renewed every `stepMs`. */
export function useNow(stepMs: number): number {
  let subscriber = subscribers.get(stepMs)
  if (!subscriber) {
    subscriber = (listener) => subscribe(stepMs, listener)
    subscribers.set(stepMs, subscriber)
  }
  return useSyncExternalStore(subscriber, () => {
    const ticker = tickerOf(stepMs)
    // Without a running timer the last tick may be long ago.
    if (ticker.timer === undefined && Date.now() - ticker.nowMs > stepMs) ticker.nowMs = Date.now()
    return ticker.nowMs
  })
}
