/** What programs ask of a terminal and what reaches them, byte for byte. */
import { createHash } from 'node:crypto'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal, type TerminalClient } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

describeOnEngine('a program in a terminal', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'programs' })).id
  })
  afterAll(() => api.removeEnvironment(environmentId))

  const attach = async (sessionId: string) => {
    const terminal = await openTerminal({ baseUrl: server().baseUrl, accessToken: api.accessToken ?? '', sessionId })
    await expect.poll(() => terminal.receivedBytes, { timeout: 15_000 }).toBeGreaterThan(0)
    return terminal
  }
  const withTerminal = async (work: (terminal: TerminalClient, sessionId: string) => Promise<void>) => {
    const { id } = await api.createSession({ environmentId })
    const terminal = await attach(id)
    await terminal.waitFor(/\$ /)
    await work(terminal, id)
    terminal.socket.terminate()
    await api.request('DELETE', `/api/sessions/${id}`)
  }
  /** Prints what it reads, a control character as ^X. Answers what it printed so far, as it was drawn last. */
  const startReader = async (terminal: TerminalClient, asks = '') => {
    terminal.type(`stty raw -echo; printf '${asks}reader-%s:' on; cat -v\r`)
    await terminal.waitFor(/reader-on:/)
    return () => terminal.text.slice(terminal.text.lastIndexOf('reader-on:') + 'reader-on:'.length).trimEnd()
  }

  it.each([
    ['Ctrl+P, which Docker keeps back for itself', '', '\x10', '^P'],
    ['Ctrl+B, the key of tmux', '', '\x02c', '^Bc'],
    ['Escape alone', '', '\x1b', '^['],
    ['a paste in brackets, when it asked for them', '\\033[?2004h', '\x1b[200~a\x1b[201~', '^[[200~a^[[201~'],
    ['Shift+Enter as Enter', '', '\x1b[13;2u', '^M'],
    ['Shift+Enter as itself, when it asked for that', '\\033[>4;1m', '\x1b[13;2u', '^[[13;2u'],
  ])('gets %s, at once', (_what, asks, typed, arrives) =>
    withTerminal(async (terminal) => {
      const printed = await startReader(terminal, asks)
      terminal.type(typed)
      await expect.poll(printed, { timeout: 2000, interval: 10 }).toBe(arrives)
    }),
  )

  it('never gets what a terminal answers to tmux', () =>
    withTerminal(async (terminal, sessionId) => {
      const printed = await startReader(terminal)
      const again = await attach(sessionId)
      // What xterm.js answers to what tmux asks when it attaches.
      again.type('\x1b[?1;2c\x1b[>0;276;0c\x1b]10;rgb:e6e6/e6e6/e6e6\x1b\\\x1b]11;rgb:1a1a/1b1b/2c2c\x1b\\')
      again.type('x')
      await expect.poll(printed, { timeout: 10_000 }).toBe('x')
      await again.close()
    }))

  it('learns from tmux, once each, where the cursor is and what the terminal can do', () =>
    withTerminal(async (terminal) => {
      const printed = await startReader(terminal, '\\033[6n\\033[c\\033[>c')
      await expect.poll(printed, { timeout: 10_000 }).toMatch(/^\^\[\[\d+;\d+R\^\[\[\?1;2[\d;]*c\^\[\[>84;0;0c$/)
      const answers = printed()
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(printed()).toBe(answers)
      // Nobody else was asked.
      expect(terminal.raw).not.toContain('\x1b[6n')
    }))

  it('shows links, and a screen that it draws at once appears at once', () =>
    withTerminal(async (terminal) => {
      terminal.type(`printf '\\033]8;;https://example.org/a\\033\\\\link-%s\\033]8;;\\033\\\\\\n' shown\r`)
      await terminal.waitFor(/^link-shown/m)
      expect(terminal.raw).toMatch(/\x1b\]8;[^;]*;https:\/\/example\.org\/a\x1b\\link-shown.*\x1b\]8;;\x1b\\/s)

      const from = terminal.raw.length
      terminal.type(`printf '\\033[?1049h\\033[2J'; for i in $(seq 30); do echo drawn-$i; done; sleep 1\r`)
      await terminal.waitFor(/drawn-30/)
      // The alternate screen is drawn inside one update (DEC mode 2026), not line by line.
      expect(terminal.raw.slice(from)).toMatch(/\x1b\[\?2026h.*\x1b\[\?2026l/s)
    }))

  it('that reads nothing holds up no other terminal, and gets a megabyte whole when it reads', () =>
    withTerminal(async (terminal) => {
      const paste = Array.from({ length: 1024 }, (_, line) => `${line}`.padEnd(1023, 'x')).join('\n') + '\n'
      const stalled = "stty raw -echo; printf 'stalled-%s' on; while [ ! -e /tmp/go ]; do sleep 0.1; done"
      terminal.type(`${stalled}; head -c ${paste.length} | sha256sum; stty sane\r`)
      await terminal.waitFor(/stalled-on/)
      for (let offset = 0; offset < paste.length; offset += 32_768) terminal.type(paste.slice(offset, offset + 32_768))

      await withTerminal(async (other) => {
        for (let round = 0; round < 5; round++) {
          other.type(`echo alive-$((${round} + 100))\r`)
          await other.waitFor(new RegExp(`alive-${round + 100}`), { timeoutMs: 2000 })
        }
        expect((await api.request('GET', `/api/environments/${environmentId}`)).status).toBe(200)
        other.type('touch /tmp/go\r')
        await terminal.waitFor(new RegExp(createHash('sha256').update(paste).digest('hex')), { timeoutMs: 30_000 })
      })
    }))

  it('has the last of many sizes', () =>
    withTerminal(async (terminal) => {
      for (let step = 0; step < 30; step++) {
        terminal.socket.send(JSON.stringify({ type: 'resize', cols: 80 + step, rows: 24 + (step % 7) }))
      }
      const readSize = async () => {
        terminal.type('stty size\r')
        return terminal.text
      }
      await expect.poll(readSize, { timeout: 10_000 }).toMatch(/^25 109\s*$/m)
    }))

  it('may be quiet: its viewer is pinged, so that no proxy takes it for dead, and let go when nothing answers', async () => {
    const { id } = await api.createSession({ environmentId })
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const [terminal, silent] = [await attach(id), await attach(id)]
    let pings = 0
    terminal.socket.on('ping', () => pings++)
    silent.socket.pause()
    for (let round = 1; round <= 3; round++) {
      vi.advanceTimersByTime(25_000)
      await vi.waitFor(() => expect(pings).toBe(round))
      // Its answer is on its way.
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    silent.socket.resume()
    expect(await silent.closed).toBe(1006)
    vi.useRealTimers()
    terminal.type('echo here-$((1 + 1))\r')
    await terminal.waitFor(/here-2/)
    await terminal.close()
    await api.request('DELETE', `/api/sessions/${id}`)
  })
})
