/** Keeps a page that cannot be loaded from loading itself again and again. */
const key = 'craftastic.loaded-again'
const pauseMs = 30_000

/** Whether a page may load itself again: once in half a minute for each tab. Says no where nothing can be remembered. */
export function mayLoadAgain(now = Date.now()): boolean {
  try {
    const before = Number(sessionStorage.getItem(key) ?? 0)
    if (now - before < pauseMs) return false
    sessionStorage.setItem(key, String(now))
    return true
  } catch {
    return false
  }
}
