/** Moments and durations in words. */
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** Such as `3 minutes ago`; below 45 seconds, and for clocks that are ahead, `just now`. */
export function relativeTime(at: string, nowMs: number): string {
  const seconds = (Date.parse(at) - nowMs) / 1000
  if (seconds > -45) return 'just now'
  for (const [unit, length] of units) {
    if (-seconds >= length * 0.95) return relative.format(Math.round(seconds / length), unit)
  }
  return relative.format(-1, 'minute')
}

export function exactTime(at: string): string {
  return exact.format(new Date(at))
}

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const weekday = new Intl.DateTimeFormat('en', { weekday: 'short' })

/** Such as `14:32`, with the day of the week where it is another one: `Tue 14:32`. */
export function clockTime(at: string, nowMs: number): string {
  const moment = new Date(at)
  const sameDay = moment.toDateString() === new Date(nowMs).toDateString()
  return sameDay ? clock.format(moment) : `${weekday.format(moment)} ${clock.format(moment)}`
}

const secondsClock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** Before a line of a log: `14:32:07`. */
export function lineTime(at: string): string {
  return secondsClock.format(new Date(at))
}

/** Such as `in 12 min`, `in 2 h 5 min`, `in 3 days`; what is due already is `now`. */
export function timeUntil(at: string, nowMs: number): string {
  const ms = Date.parse(at) - nowMs
  if (ms <= 0) return 'now'
  const minutes = Math.max(1, Math.round(ms / 60_000))
  if (minutes < 60) return `in ${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return `in ${Math.floor(hours / 24)} days`
  return minutes % 60 === 0 ? `in ${hours} h` : `in ${hours} h ${minutes % 60} min`
}

/** Such as `0.4 s`, `12 s`, `2 min 5 s`, `1 h 20 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000
  if (seconds < 0.05) return '< 0.1 s'
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  if (seconds < 59.5) return `${Math.round(seconds)} s`
  const whole = Math.round(seconds)
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** As players show it: `0:07`, `12:30`, `1:02:03`. */
export function playTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
}
