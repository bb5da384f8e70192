/** The rules of a commit message that help and never forbid. */
const goodSubject = 50
/** Longer ones are cut in many places. */
const longestSubject = 72

export interface SubjectLength {
  /** Characters of the first line, as people count them. */
  count: number
  /** What it is measured by. */
  limit: number
  /** Something to think about; null where the length is fine. */
  advice: string | null
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

export function measureSubject(message: string): SubjectLength {
  const subject = message.split('\n', 1)[0] ?? ''
  const count = Array.from(segmenter.segment(subject)).length
  if (count > longestSubject) {
    return { count, limit: longestSubject, advice: `Many places cut a first line after ${longestSubject} characters` }
  }
  if (count > goodSubject) {
    return { count, limit: longestSubject, advice: `A first line of up to ${goodSubject} characters reads best` }
  }
  return { count, limit: goodSubject, advice: null }
}

/** A message that `git log` gave in two parts. */
export function joinMessage({ subject, body }: { subject: string; body: string }): string {
  const rest = body.trimEnd()
  return rest === '' ? subject : `${subject}\n\n${rest}`
}
