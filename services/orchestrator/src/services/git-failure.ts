/** Why git did not do it. What it said is English, because `git-command.ts` asks for that. */

/** `interrupted`: nobody knows how far it came. */
export type GitFailureReason =
  | 'no_repository'
  | 'nothing_to_commit'
  | 'non_fast_forward'
  | 'conflict'
  | 'refused'
  | 'remote_failed'
  | 'credentials_required'
  | 'deploy_key_required'
  | 'host_key_refused'
  | 'interrupted'

export class GitFailure extends Error {
  override readonly name = 'GitFailure'
  readonly reason: GitFailureReason
  /** @param words Shown to the user. */
  constructor(reason: GitFailureReason, words: string, options?: ErrorOptions) {
    super(words === '' ? 'git gave no reason.' : words, options)
    this.reason = reason
  }
}

const maxWordsCharacters = 16_384

/**
 * Git's words for a person: without credentials of URLs, progress that wrote over itself, and advice that names commands
 * for a terminal.
 */
export function cleanWords(text: string): string {
  const lines = text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@']*@/gi, '$1')
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+$/, '').replace(/^.*\r/, ''))
    .filter((line) => !/^hint:/.test(line))
  const words = lines.join('\n').trim()
  return words.length > maxWordsCharacters ? `${words.slice(0, maxWordsCharacters)}…`.toWellFormed() : words
}

export function isNoRepository(words: string): boolean {
  return /^(?:fatal: not|warning: Not) a git repository/m.test(words)
}

/** Whether an SSH host does not know the key that it was shown, or does not let it do this. */
export function asksForDeployKey(words: string): boolean {
  if (/Permission denied \([a-z,-]*publickey/.test(words)) return true
  // What GitHub, GitLab, Bitbucket and Forgejo say of a key of another repository, or of one that may only read.
  const isRefused = /not found|could not be found|do not have access|have permission|read[ -]only|write access/i
  return /Could not read from remote repository/.test(words) && isRefused.test(words)
}

/** Whether ssh did not believe an SSH host, and so sent it nothing. */
export function isHostKeyRefused(words: string): boolean {
  return /^Host key verification failed/m.test(words)
}

/** Why a transfer failed. */
export function explainTransfer(words: string): GitFailureReason {
  if (asksForDeployKey(words)) return 'deploy_key_required'
  if (isHostKeyRefused(words)) return 'host_key_refused'
  if (/\[rejected\].*\((?:non-fast-forward|fetch first|stale info|remote ref updated since checkout)/.test(words)) {
    return 'non_fast_forward'
  }
  if (
    /\[(?:remote )?rejected\]|src refspec .* does not match any|pre-push|^error: failed to push some refs/m.test(words)
  ) {
    return 'refused'
  }
  const asksForCredentials = [
    /could not read (?:Username|Password)/,
    /terminal prompts disabled/,
    /Authentication failed/i,
    /Permission denied \(/,
    /returned error: 40[13]/,
    /^remote: Permission to .* denied/m,
    /^remote: (?:HTTP Basic: Access denied|Invalid username or)/m,
  ]
  return asksForCredentials.some((pattern) => pattern.test(words)) ? 'credentials_required' : 'remote_failed'
}
