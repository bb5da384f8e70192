import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SecretBox } from '../src/lib/secret-box.ts'
import { openDataDirectory, readSecrets } from '../src/lib/secrets.ts'

let parent: string
let dataDir: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'craftastic-secrets-'))
  dataDir = join(parent, 'data')
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

const nothing = { jwtSecret: null, encryptionKey: null, instanceId: null }
const modeOf = (path: string) => statSync(path).mode & 0o777

describe('the secrets', () => {
  it('are made once, closed to others, and stay', () => {
    openDataDirectory(dataDir)
    expect(modeOf(dataDir)).toBe(0o700)
    const made = readSecrets({ dataDir, ...nothing })
    expect(Buffer.byteLength(made.jwtSecret)).toBeGreaterThanOrEqual(32)
    expect(made.encryptionKey).toHaveLength(32)
    expect(made.instanceId).toMatch(/^[0-9a-f-]{36}$/)
    expect(readdirSync(dataDir).sort()).toEqual(['encryption-key', 'instance-id', 'jwt-secret'])
    for (const name of readdirSync(dataDir)) expect(modeOf(join(dataDir, name)), name).toBe(0o600)
    expect(readSecrets({ dataDir, ...nothing })).toEqual(made)
  })

  it('yield to the configuration, and then leave no files', () => {
    openDataDirectory(dataDir)
    const given = { jwtSecret: 'x'.repeat(40), encryptionKey: Buffer.alloc(32, 1), instanceId: 'mine' }
    expect(readSecrets({ dataDir, ...given })).toEqual(given)
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('are the same for processes that start at the same moment on a fresh directory', async () => {
    const script = `
      const { openDataDirectory, readSecrets } = await import('${join(import.meta.dirname, '../src/lib/secrets.ts')}')
      const dataDir = process.argv[1]
      openDataDirectory(dataDir)
      const secrets = readSecrets({ dataDir, jwtSecret: null, encryptionKey: null, instanceId: null })
      console.log(JSON.stringify({ ...secrets, encryptionKey: secrets.encryptionKey.toString('hex') }))`
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, dataDir])
    const outputs = await Promise.all(Array.from({ length: 5 }, run))
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1)
    expect(readdirSync(dataDir).sort()).toEqual(['encryption-key', 'instance-id', 'jwt-secret'])
  })

  it.each([
    ['jwt-secret', ''],
    ['jwt-secret', 'short'],
    ['encryption-key', 'c2hvcnQ='],
    ['instance-id', '\n'],
  ])('are not used when %s is damaged (%j), and not overwritten', (name, content) => {
    openDataDirectory(dataDir)
    writeFileSync(join(dataDir, name), content)
    expect(() => readSecrets({ dataDir, ...nothing })).toThrow(join(dataDir, name))
    expect(readFileSync(join(dataDir, name), 'utf8')).toBe(content)
  })

  it('close a directory that was open to others', () => {
    mkdirSync(dataDir, { mode: 0o755 })
    chmodSync(dataDir, 0o777)
    openDataDirectory(dataDir)
    expect(modeOf(dataDir) & ~0o710).toBe(0)
  })

  it('say in words that the directory cannot be used', () => {
    writeFileSync(dataDir, 'a file')
    expect(() => openDataDirectory(dataDir)).toThrow(`The data directory "${dataDir}" cannot be used`)
    expect(existsSync(dataDir)).toBe(true)
  })
})

describe('a sealed value', () => {
  const box = new SecretBox(Buffer.alloc(32, 1))
  const context = 'environment_keys|client_private_key_sealed|row|owner'

  it('opens in its place and looks different each time', () => {
    const plain = 'a private key\nwith ünïcode'
    const sealed = box.seal(plain, context)
    expect(sealed).toMatch(/^v1\|[0-9a-f]{14}\|/)
    expect(sealed).not.toContain('private')
    expect(box.seal(plain, context)).not.toBe(sealed)
    expect(box.open(sealed, context)).toBe(plain)
    expect(box.open(box.seal('', context), context)).toBe('')
  })

  it('does not open elsewhere, with another key, or changed', () => {
    const sealed = box.seal('secret', context)
    expect(() => box.open(sealed, 'environment_keys|client_private_key_sealed|other|owner')).toThrow(
      'belongs elsewhere',
    )
    expect(() => new SecretBox(Buffer.alloc(32, 2)).open(sealed, context)).toThrow('was sealed with the key')
    const parts = sealed.split('|')
    for (const index of [2, 3, 4]) {
      const bytes = Buffer.from(parts[index] ?? '', 'base64')
      bytes[0] = (bytes[0] ?? 0) ^ 1
      const changed = parts.with(index, bytes.toString('base64')).join('|')
      expect(() => box.open(changed, context), `part ${index}`).toThrow()
    }
    for (const broken of ['', 'v1', sealed.replace('v1', 'v2'), `${sealed}|x`, parts.with(4, '').join('|')]) {
      expect(() => box.open(broken, context), broken).toThrow()
    }
  })

  it('needs a key of 32 bytes', () => {
    expect(() => new SecretBox(Buffer.alloc(31))).toThrow('31 bytes')
  })
})
