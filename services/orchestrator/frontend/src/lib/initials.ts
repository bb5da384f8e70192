const segmenter = new Intl.Segmenter()

/** The first characters of a name, as people count characters. */
export function initials(name: string, count: number): string {
  return Array.from(segmenter.segment(name), ({ segment }) => segment)
    .slice(0, count)
    .join('')
}
