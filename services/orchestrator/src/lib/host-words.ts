/** What a Git host says when it refuses, such as that an organisation wants a token to be approved first. */
import type { Readable } from 'node:stream'

const maxBytes = 2048
const patienceMs = 2_000

/** Null when it says nothing in plain text, or when what it says holds one of `secrets`. */
export async function readHostWords(
  answer: Readable & { headers: { 'content-type'?: string | undefined } },
  secrets: readonly string[],
): Promise<string | null> {
  const isText = answer.headers['content-type']?.startsWith('text/plain') ?? false
  const text = isText ? await readFirst(answer) : ''
  answer.destroy()
  const words = text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 500)
  return words === '' || secrets.some((secret) => text.includes(secret)) ? null : words
}

async function readFirst(answer: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  const tooLong = setTimeout(() => answer.destroy(), patienceMs)
  try {
    for await (const chunk of answer) {
      if (!Buffer.isBuffer(chunk)) break
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= maxBytes) break
    }
  } catch {
    // What came until then is enough.
  } finally {
    clearTimeout(tooLong)
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, maxBytes)
}
