import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { dockerDirectory } from './project.mjs'
import { createProgressFilter, ensureSandboxImage, hashContent } from './sandbox-image.mjs'
import { readPinnedVersions } from './sandbox-node.mjs'

test('the hash covers the Dockerfile and what it copies, and not what the server reads itself', () => {
  const copy = mkdtempSync(join(tmpdir(), 'craftastic-docker-'))
  try {
    cpSync(dockerDirectory, copy, { recursive: true })
    const hash = hashContent(dockerDirectory)
    assert.equal(hashContent(copy), hash)
    writeFileSync(join(copy, 'tmux.conf'), '')
    assert.equal(hashContent(copy), hash)
    writeFileSync(join(copy, 'sandbox/added'), '')
    const withFile = hashContent(copy)
    assert.notEqual(withFile, hash)
    writeFileSync(join(copy, 'sandbox.Dockerfile'), 'FROM scratch')
    assert.notEqual(hashContent(copy), withFile)
  } finally {
    rmSync(copy, { recursive: true })
  }
})

test('the Dockerfile pins Node and npm', () => {
  const { node, npm } = readPinnedVersions(readFileSync(join(dockerDirectory, 'sandbox.Dockerfile'), 'utf8'))
  assert.match(node, /^24\.\d+\.\d+$/)
  assert.match(npm, /^\d+\.\d+\.\d+$/)
})

test('another image is left alone, without asking any engine', async () => {
  const image = await ensureSandboxImage({
    dockerHost: 'unix:///nonexistent',
    dockerDirectory: '/nonexistent',
    image: 'house/image:1',
  })
  assert.equal(image, 'house/image:1')
})

test('of a build one sees the steps, and a sign of life now and then', () => {
  let time = 0
  const filter = createProgressFilter(() => time)
  assert.equal(filter('Step 1/2 : FROM x'), 'Step 1/2 : FROM x')
  assert.equal(filter('#7 [stage-1 3/8] RUN apt'), '#7 [stage-1 3/8] RUN apt')
  assert.equal(filter('Unpacking a'), null)
  time = 6000
  assert.equal(filter(''), null)
  assert.equal(filter('Unpacking b'), '  Unpacking b')
  assert.equal(filter('Unpacking c'), null)
  assert.equal(filter(`Step 2/2 : RUN ${'x'.repeat(200)}`).length, 101)
})
