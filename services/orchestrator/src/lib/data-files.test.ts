import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { listDataFiles, openDataFile, refuseInside } from './data-files.ts'

let directory: string
let dataDir: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'craftastic-data-files-'))
  dataDir = join(directory, 'data')
  mkdirSync(join(dataDir, 'kept-work'), { recursive: true })
})
afterEach(() => rmSync(directory, { recursive: true }))

async function readAll(file: { path: string; bytes: number }): Promise<string | null> {
  const content = await openDataFile(dataDir, file)
  if (content === null) return null
  const chunks: Buffer[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

it('reads files as long as they were when they were listed, and none that is gone', async () => {
  for (const name of ['empty', 'gone', 'grown']) writeFileSync(join(dataDir, 'kept-work', name), '')
  appendFileSync(join(dataDir, 'kept-work/grown'), 'before')
  const [empty, gone, grown] = listDataFiles(dataDir)
  appendFileSync(join(dataDir, 'kept-work/empty'), 'after')
  appendFileSync(join(dataDir, 'kept-work/grown'), ' and after')
  rmSync(join(dataDir, 'kept-work/gone'))
  if (empty === undefined || gone === undefined || grown === undefined) throw new Error('they were not listed')
  expect(await readAll(grown)).toBe('before')
  expect(await readAll(empty)).toBe('')
  expect(await readAll(gone)).toBeNull()
})

it('refuses a place in the data directory, however it is named', () => {
  symlinkSync(join(dataDir, 'kept-work'), join(directory, 'link'))
  symlinkSync(dataDir, join(directory, 'installed'))
  for (const path of [join(dataDir, 'x.backup'), join(dataDir, 'backups/new/x.backup'), join(directory, 'link/x')]) {
    expect(() => refuseInside(dataDir, path)).toThrow('a part of itself')
    expect(() => refuseInside(join(directory, 'installed'), path)).toThrow('a part of itself')
  }
  for (const path of [join(directory, 'x.backup'), join(directory, 'data.backup'), join(directory, '..data/x')]) {
    expect(() => refuseInside(dataDir, path)).not.toThrow()
  }
  expect(() => refuseInside(join(directory, 'none'), join(directory, 'none/x'))).not.toThrow()
})
