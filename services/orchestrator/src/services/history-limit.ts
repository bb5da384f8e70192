/**
 * How many lines each session keeps of what has scrolled away. All of them lie in the memory of one tmux server, and
 * when that is ended for want of memory, every session ends with it. So the histories share an eighth of what the
 * environment has: the more sessions there are, the fewer lines the next one keeps. tmux fixes the number when a pane
 * is made; the sum over many sessions therefore grows beyond the share, but only with the logarithm of their number.
 */

const memoryShare = 1 / 8

/**
 * Of text that fills 200 columns, plain or in the usual colours, measured in tmux 3.5a; 540 at 80 columns, 170 of a few
 * words. Where each character has a colour of its own, it is five times that.
 */
const bytesPerLine = 1_220

/** More is hard to search, and to read over a network. */
const maxLines = 20_000
/** Less is of no use; so is an environment with that many sessions. */
const minLines = 1_000

/** Lines of tmux.conf for an environment with so much memory. */
export function historyLimitConf(memoryBytes: number): string {
  const lines = Math.floor((memoryBytes * memoryShare) / bytesPerLine)
  // With this many sessions or more, the next one has less than the most, and no less than the least.
  const fullSessions = Math.floor(lines / maxLines)
  const poorSessions = Math.floor(lines / minLines)
  const shared = `#{e|/:${lines},#{e|+:#{server_sessions},1}}`
  const atLeast = `#{?#{e|<:#{server_sessions},${poorSessions}},${shared},${minLines}}`
  const next = `#{?#{e|<:#{server_sessions},${fullSessions}},${maxLines},${atLeast}}`
  const change = `"set-option -gF history-limit '${next}'"`
  return `set -g history-limit ${Math.min(maxLines, Math.max(minLines, lines))}
set-hook -g session-created ${change}
set-hook -g session-closed ${change}
`
}
