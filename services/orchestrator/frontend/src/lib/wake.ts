/**
 * Tells when waiting has lost its sense: the network is back, the page is seen again, the machine has slept.
 * `replaced` means that sockets opened before may be dead without knowing it.
 */
export type Wake = 'seen' | 'replaced'

const beatMs = 5000
/** Timers of hidden pages are throttled to once a minute; only a longer gap is a sleep. */
const sleepMs = 90_000

export function onWake(listener: (wake: Wake) => void): () => void {
  let wasOffline = false
  let lastBeatMs = Date.now()

  const offline = () => {
    wasOffline = true
  }
  const online = () => {
    listener(wasOffline ? 'replaced' : 'seen')
    wasOffline = false
  }
  const visible = () => {
    if (document.visibilityState === 'visible') listener('seen')
  }
  const beat = () => {
    const now = Date.now()
    if (now - lastBeatMs > sleepMs) listener('replaced')
    lastBeatMs = now
  }

  window.addEventListener('offline', offline)
  window.addEventListener('online', online)
  document.addEventListener('visibilitychange', visible)
  const timer = setInterval(beat, beatMs)
  return () => {
    window.removeEventListener('offline', offline)
    window.removeEventListener('online', online)
    document.removeEventListener('visibilitychange', visible)
    clearInterval(timer)
  }
}
