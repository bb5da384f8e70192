import { formatBytes } from './bytes'
import type { InputLoss } from './terminal-input'

/** Says what became of typed input that was given up. */
export function describeInputLoss(bytes: number, why: InputLoss): { title: string; description: string } {
  const amount = formatBytes(bytes)
  switch (why) {
    case 'unknown':
      return {
        title: 'Some input may not have arrived',
        description: `The server cannot tell what became of the last ${amount}. Look at the screen before you type them again.`,
      }
    case 'late':
      return {
        title: 'Some input was not sent',
        description: `The connection was away for more than two minutes. The last ${amount} were dropped.`,
      }
    case 'over':
      return {
        title: 'Some input was not sent',
        description: `The terminal was closed before the last ${amount} could be sent.`,
      }
  }
}
