/** A person at a terminal: a session with a shell, in which command lines are typed and read. */
import { randomUUID } from 'node:crypto'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'

export interface Shell {
  /** Types a command line; answers what it printed, and its exit code. */
  type(line: string, timeoutMs?: number): Promise<{ output: string; code: number }>
  /** Types a command line and does not wait. */
  begin(line: string): void
  close(): Promise<void>
}

export async function openShell(api: ApiClient, environmentId: string): Promise<Shell> {
  const { id: sessionId } = await api.createSession({ environmentId })
  const { baseUrl, accessToken } = api
  const terminal = await openTerminal({ baseUrl, accessToken: accessToken ?? '', sessionId, cols: 250, rows: 100 })
  await terminal.waitFor(/\$ /)
  return {
    type: async (line, timeoutMs = 30_000) => {
      const mark = randomUUID().slice(0, 8)
      const from = terminal.text.length
      // What is typed must not look like what it prints.
      terminal.type(`clear; echo begin'-'${mark}; ${line}; echo end'-'${mark}-$?\r`)
      const text = await terminal.waitFor(new RegExp(`end-${mark}-\\d+`), { from, timeoutMs })
      // tmux may draw the screen more than once.
      const whole = new RegExp(`begin-${mark}((?:(?!begin-${mark}).)*?)end-${mark}-(\\d+)`, 's')
      const [, output = '', code] = whole.exec(text.slice(from)) ?? []
      return { output, code: Number(code) }
    },
    begin: (line) => terminal.type(`${line}\r`),
    close: terminal.close,
  }
}
