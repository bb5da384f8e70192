/** Query parameters that are bytes: paths in a URL are percent-encoded as they are, and need not be UTF-8. */
import { bytesToText } from '../services/git-bytes.ts'

/** Reads the query of a request's URL; the last of several values of a name counts. */
export function readByteQuery(url: string): Record<string, string> {
  const start = url.indexOf('?')
  const pairs = start === -1 ? [] : url.slice(start + 1).split('&')
  return Object.fromEntries(
    pairs.flatMap((pair) => {
      const [name = '', ...value] = pair.split('=')
      return name === '' ? [] : [[decode(name), decode(value.join('='))]]
    }),
  )
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  const bytes = spaced
    .split(/%([0-9a-f]{2})/i)
    .map((part, index) => (index % 2 === 0 ? Buffer.from(part) : Buffer.from(part, 'hex')))
  return bytesToText(Buffer.concat(bytes))
}
