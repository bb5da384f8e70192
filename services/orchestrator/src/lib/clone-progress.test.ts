import { expect, test } from 'vitest'
import { explainCloneFailure, findMissingRight, readCloneLogLines, readCloneProgress } from './clone-progress.ts'

test('the newest phase in a chunk decides', () => {
  const chunk = 'Receiving objects:  10% (1/10)\rReceiving objects:  50% (5/10), 1.2 MiB | 3 MiB/s\r'
  expect(readCloneProgress(chunk)).toEqual({
    percent: 40,
    message: 'Receiving objects:  50% (5/10), 1.2 MiB | 3 MiB/s',
  })
  expect(readCloneProgress('Resolving deltas: 100% (5/5), done.\n')?.percent).toBe(92)
  expect(readCloneProgress('Updating files:  50% (1/2)\r')?.percent).toBe(96)
})

test('words that are no progress are none', () => {
  expect(readCloneProgress("Cloning into '/workspace'...\nremote: hello\n")).toBeNull()
})

test('a log keeps the end of a counting line', () => {
  expect(readCloneLogLines("Cloning into '.'...\nReceiving: 1%\rReceiving: 100%, done.\n\n")).toEqual([
    "Cloning into '.'...",
    'Receiving: 100%, done.',
  ])
})

test.each([
  ["fatal: could not read Username for 'https://x': terminal prompts disabled", /private or does not exist/],
  ["fatal: repository 'https://x/y/' not found", /no repository at/],
  ['fatal: Remote branch nope not found in upstream origin', /no branch "nope"/],
  ["fatal: unable to access 'https://x/': Could not resolve host: x", /could not be found/],
  ['fatal: unable to access: Operation too slow. Less than 1000 bytes/sec', /stopped answering/],
  ['fatal: unable to access: Failed to connect to x port 443', /stopped answering or could not be reached/],
  ['fatal: unable to access: The requested URL returned error: 301', /redirects/],
  ['fatal: write error: No space left on device', /disk is full/],
  ['something else', /Git's words are below/],
])('%s', (output, words) => {
  expect(explainCloneFailure(output, 'https://x/y', 'nope')).toMatch(words)
})

test.each(['ssh://git@git.example.org/owner/name.git', 'git@git.example.org:owner/name.git'])(
  'what an SSH host refuses at %s says where the key is to be added',
  (repositoryUrl) => {
    const output = 'git@git.example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.'
    expect(findMissingRight(output)).toBe('deploy_key_required')
    expect(explainCloneFailure(output, repositoryUrl, 'main')).toMatch(
      /^git\.example\.org does not let the deploy key of this environment read owner\/name\.git\. Add the key/,
    )
  },
)

test('a host that shows another key is not asked for anything', () => {
  const output = 'Host key verification failed.\r\nfatal: Could not read from remote repository.'
  expect(findMissingRight(output)).toBeUndefined()
  expect(explainCloneFailure(output, 'git@git.example.org:owner/name.git', 'main')).toMatch(/nothing was sent to it/)
})

test('a sign-in over https asks for a token', () => {
  const output = "fatal: could not read Username for 'https://x': terminal prompts disabled"
  expect(findMissingRight(output)).toBe('git_credentials_required')
})
