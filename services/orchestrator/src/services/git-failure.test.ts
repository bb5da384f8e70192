import { expect, test } from 'vitest'
import { cleanWords, explainTransfer } from './git-failure.ts'

test.each([
  [
    "fatal: unable to access 'https://me:token@host.example/x.git/': 500",
    "fatal: unable to access 'https://host.example/x.git/': 500",
  ],
  ['To https://x-access-token:ghs_1@github.com/o/r\n', 'To https://github.com/o/r'],
  ['Counting 1%\rCounting 100%\nhint: use git pull\ndone.', 'Counting 100%\ndone.'],
  ['\u001b[31merror\u001b[m: no', 'error: no'],
  ['mail a@b.example stays', 'mail a@b.example stays'],
])('%j is shown as %j', (said, shown) => expect(cleanWords(said)).toBe(shown))

test('words without end are cut', () => {
  expect(cleanWords('x'.repeat(100_000)).length).toBeLessThan(20_000)
})

test.each([
  [' ! [rejected]        main -> main (non-fast-forward)', 'non_fast_forward'],
  [' ! [rejected]        main -> main (fetch first)', 'non_fast_forward'],
  [' ! [rejected]        main -> main (stale info)', 'non_fast_forward'],
  [' ! [remote rejected] main -> main (pre-receive hook declined)', 'refused'],
  ['error: src refspec refs/heads/x does not match any', 'refused'],
  ["fatal: could not read Username for 'https://h': terminal prompts disabled", 'credentials_required'],
  ["fatal: Authentication failed for 'https://h/'", 'credentials_required'],
  ['git@github.com: Permission denied (publickey).', 'deploy_key_required'],
  ['git@gitlab.com: Permission denied (publickey,keyboard-interactive).', 'deploy_key_required'],
  ['ERROR: Repository not found.\nfatal: Could not read from remote repository.', 'deploy_key_required'],
  [
    'ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote repository.',
    'deploy_key_required',
  ],
  ['Host key verification failed.\r\nfatal: Could not read from remote repository.', 'host_key_refused'],
  [
    'ssh: connect to host h port 22: Connection refused\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.',
    'remote_failed',
  ],
  ["fatal: unable to access 'https://h/': The requested URL returned error: 403", 'credentials_required'],
  ["fatal: unable to access 'https://h/': Could not resolve host: h", 'remote_failed'],
  ["fatal: repository 'https://h/' not found", 'remote_failed'],
  ["fatal: unable to access 'https://h/': The requested URL returned error: 503", 'remote_failed'],
])('%j is %s', (words, reason) => expect(explainTransfer(words)).toBe(reason))
