import { expect, test } from 'vitest'
import { containerStart, readStartReport } from './container-start.ts'

const about = { imageVariables: [], memoryBytes: 512 * 1024 ** 2, repositoryUrl: null }
const keys = { hostPrivateKey: 'private', clientPublicKey: 'ssh-ed25519 AAAA' }

test('nothing is reported before the first line is complete', () => {
  expect(readStartReport('')).toBeNull()
  expect(readStartReport('craftastic ready user=dev')).toBeNull()
})

test('a ready container names its user', () => {
  expect(readStartReport('craftastic ready user=dev\nmore')).toEqual({ ready: { user: 'dev' } })
})

test('missing programs are named', () => {
  expect(readStartReport('craftastic missing git tmux\n')).toEqual({
    refused: 'The image lacks git, tmux. An environment needs git, tmux and sshd.',
  })
})

test('an unusable image says why', () => {
  const report = readStartReport('craftastic unusable the image has no user with the id 1000\n')
  expect(report).toEqual({ refused: 'The image cannot be used: the image has no user with the id 1000.' })
})

test('any other first line refuses with that line, bounded', () => {
  const report = readStartReport(`${'x'.repeat(1000)}\n`)
  expect(report).toEqual({ refused: `The image could not be started: ${'x'.repeat(200)}` })
})

test('the variables of the image reach sshd on one quoted line', () => {
  const { variables } = containerStart(keys, {
    ...about,
    imageVariables: ['PATH=/a:/b', 'GREETING=say "hi" \\ bye', 'BAD NAME=x', 'LINES=a\nb'],
  })
  const lines = (variables.CRAFTASTIC_SSHD_CONFIG ?? '').split('\n').filter((line) => line.startsWith('SetEnv'))
  expect(lines).toEqual([
    'SetEnv "LANG=C.UTF-8" "PATH=/a:/b" "GREETING=say \\"hi\\" \\\\ bye" "GIT_CONFIG_SYSTEM=/run/craftastic/gitconfig" "SSH_AUTH_SOCK=/run/craftastic/agent.sock"',
  ])
})

test("the image's own LANG wins", () => {
  const { variables } = containerStart(keys, { ...about, imageVariables: ['LANG=de_DE.UTF-8'] })
  expect(variables.CRAFTASTIC_SSHD_CONFIG).toContain('SetEnv "LANG=de_DE.UTF-8" ')
})
