import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readHostWords } from './host-words.ts'

const answer = (type: string, ...chunks: string[]) =>
  Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), { headers: { 'content-type': type } })

test('plain text is passed on as one short line', async () => {
  const words = await readHostWords(answer('text/plain; charset=utf-8', 'approve\r\n\u001b[2J', 'it first'), ['secret'])
  expect(words).toBe('approve [2Jit first')
  expect((await readHostWords(answer('text/plain', 'x'.repeat(9000)), []))?.length).toBe(500)
})

test('nothing that holds the token, and no pages', async () => {
  expect(await readHostWords(answer('text/plain', 'you sent sec', 'ret'), ['secret'])).toBeNull()
  expect(await readHostWords(answer('text/html', '<p>no'), [])).toBeNull()
  expect(await readHostWords(answer('text/plain', ' \n'), [])).toBeNull()
})
