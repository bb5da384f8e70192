import { encodeGitPath, GitPath } from '@craftastic/contract'
import { expect, test } from 'vitest'
import { bytesToText, pathsToBytes, readFields, textToBytes } from './git-bytes.ts'

const allBytes = Array.from({ length: 256 }, (_, byte) => byte)

test('every byte, every pair of bytes, and what looks like longer sequences survive', () => {
  const samples = allBytes.flatMap((first) => [[first], ...allBytes.map((second) => [first, second])])
  for (const first of [0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf3, 0xf4, 0xf5]) {
    for (const second of [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0]) {
      samples.push([first, second, 0x80], [first, second, 0xbf, 0x80], [0x61, first, second, 0x41, 0xff, 0x80, 0x80])
    }
  }
  const changed = samples.filter((sample) => {
    const text = bytesToText(Buffer.from(sample))
    return !textToBytes(text).equals(Buffer.from(sample)) || JSON.parse(JSON.stringify(text)) !== text
  })
  expect(changed).toEqual([])
  expect(samples.length).toBeGreaterThan(65_536)
})

test('UTF-8 is what it says, and one byte that is none leaves the rest readable', () => {
  expect(bytesToText(Buffer.from('schöne 🙂 Datei'))).toBe('schöne 🙂 Datei')
  const mixed = Buffer.concat([Buffer.from('ü🙂'), Buffer.from([0xff]), Buffer.from('💀z')])
  expect(bytesToText(mixed)).toBe('ü🙂\udcff💀z')
  expect(textToBytes('ü🙂\udcff💀z').equals(mixed)).toBe(true)
})

test('a surrogate written as UTF-8 is bytes, not a surrogate', () => {
  const bytes = Buffer.from([0xed, 0xb3, 0xbf])
  expect(bytesToText(bytes)).toBe('\udced\udcb3\udcbf')
  expect(textToBytes(bytesToText(bytes)).equals(bytes)).toBe(true)
})

test.each(['\ud800', 'a\udc7f', '\udfffb'])('%j stands for no bytes', (text) => {
  expect(() => textToBytes(text)).toThrow(TypeError)
  expect(GitPath.safeParse(text).success).toBe(false)
})

test('lists keep their order and their odd members', () => {
  const paths = ['a', '-b', ' c\n', '\udcff', ':(top)d']
  expect(readFields(pathsToBytes(paths))).toEqual(paths)
  expect(readFields(Buffer.from('a\0unfinished'))).toEqual(['a'])
})

test('a path in a URL is its bytes', () => {
  expect(encodeGitPath('dir/ü &\udcff🙂.txt')).toBe('dir%2F%C3%BC%20%26%FF%F0%9F%99%82.txt')
})
