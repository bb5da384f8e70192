import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDebianPackages, explainMissing } from './debian-packages.mjs'
import { SetupError } from './ui.mjs'

const userOnDebian = { platform: 'linux', hasApt: true, isRoot: false }
const rootOnFedora = { platform: 'linux', hasApt: false, isRoot: true }
const mac = { platform: 'darwin', hasApt: false, isRoot: false }

test('a user on Debian is told the command', () => {
  const message = explainMissing(['docker.io', 'iptables'], 'The container engine', userOnDebian)
  assert.match(message, /sudo apt-get install docker\.io iptables/)
})

test('elsewhere the packages are named and no apt command is', () => {
  for (const host of [rootOnFedora, mac]) {
    const message = explainMissing(['chromium'], 'The browser tests', host)
    assert.match(message, /^The browser tests needs? chromium/)
    assert.doesNotMatch(message, /apt-get/)
  }
})

test('each explanation is one paragraph', () => {
  for (const host of [userOnDebian, rootOnFedora, mac])
    assert.doesNotMatch(explainMissing(['a', 'b'], 'This', host), /\n/)
})

test('nothing is tried where it cannot work', async () => {
  const packages = ['craftastic-no-such-package']
  for (const host of [userOnDebian, rootOnFedora, mac]) {
    await assert.rejects(ensureDebianPackages(packages, { why: 'This test', host }), SetupError)
  }
})
