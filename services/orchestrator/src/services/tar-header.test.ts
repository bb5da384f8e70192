import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { decodeTarHeader, encodeTarHeader, endOfArchive, paddingOf } from './tar-header.ts'

const modifiedAtMs = Date.UTC(2026, 0, 2, 3, 4, 5)

describe('a tar header', () => {
  it.each([
    { name: 'manifest.json', bytes: 0 },
    { name: `files/${'directory/'.repeat(15)}größe.zst`, bytes: 513 },
    { name: 'large', bytes: 8 * 1024 ** 3 + 1 },
    { name: 'largest', bytes: 50 * 1024 ** 4 },
  ])('reads as it was written: $bytes bytes', (member) => {
    const written = { ...member, modifiedAtMs }
    expect(decodeTarHeader(encodeTarHeader(written))).toEqual(written)
  })

  it('is understood by tar', () => {
    const content = Buffer.from('hello')
    const name = `workspaces/${'x'.repeat(80)}/inside`
    const header = encodeTarHeader({ name, bytes: content.length, modifiedAtMs })
    const archive = Buffer.concat([header, content, Buffer.alloc(paddingOf(content.length)), endOfArchive])
    const listing = execFileSync('tar', ['--utc', '--full-time', '-tvf', '-'], { input: archive, encoding: 'utf8' })
    expect(listing).toMatch(new RegExp(`^-rw------- 0/0 +5 2026-01-02 03:04:05 ${name}\n$`))
  })

  it('ends an archive with zeros, and is refused when it is anything else', () => {
    expect(decodeTarHeader(endOfArchive.subarray(0, 512))).toBeNull()
    const header = encodeTarHeader({ name: 'x', bytes: 1, modifiedAtMs })
    header.write('y', 0)
    expect(() => decodeTarHeader(header)).toThrow('not a header')
  })

  it('refuses a name that does not fit', () => {
    expect(() => encodeTarHeader({ name: 'x'.repeat(101), bytes: 0, modifiedAtMs })).toThrow('too long')
  })
})
