import { StatusWord } from '@/components/StatusDot'
import type { TerminalPhase } from '@/lib/terminal-connection'
import type { Tone } from '@/lib/status'

const words: Record<TerminalPhase['name'], { tone: Tone; word: string }> = {
  idle: { tone: 'busy', word: 'Connecting' },
  connecting: { tone: 'busy', word: 'Connecting' },
  connected: { tone: 'running', word: 'Connected' },
  waiting: { tone: 'busy', word: 'Reconnecting' },
  ended: { tone: 'stopped', word: 'Ended' },
  stopped: { tone: 'stopped', word: 'Not running' },
  gone: { tone: 'error', word: 'Gone' },
  refused: { tone: 'error', word: 'Refused' },
  'signed-out': { tone: 'error', word: 'Signed out' },
}

/** The connection in one word, always in the same place. */
export function TerminalState({ phase }: { phase: TerminalPhase | undefined }) {
  const again = phase?.name === 'connecting' && phase.again
  const { tone, word } = words[again ? 'waiting' : (phase?.name ?? 'connecting')]
  return <StatusWord tone={tone} word={word} className="px-2 text-muted-foreground max-sm:sr-only" />
}
