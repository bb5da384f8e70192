import { act, fireEvent, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DeploymentLine, DeploymentLog as LogAnswer } from '@craftastic/contract'
import { readOn, type ReadLog } from '@/api/deployment-log'
import { applyEvent } from '@/api/event-updates'
import { DeploymentLog } from '@/components/DeploymentLog'
import { cutBlocks, isSameBlock } from '@/lib/log-blocks'
import { aDeployment, deploymentId } from './deployment-fixtures'
import { ids } from './fixtures'
import { ok, startFakeServer } from './fake-server'
import { renderAt } from './render'

const line = (sequence: number, part: Partial<DeploymentLine> = {}): DeploymentLine => ({
  sequence,
  text: `line ${sequence}`,
  stream: 'stdout',
  at: null,
  ...part,
})
const lines = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_line, index) => line(first + index))

function anAnswer(part: Partial<LogAnswer> = {}): LogAnswer {
  return {
    lines: [],
    firstSequence: 1,
    lastSequence: part.lines?.at(-1)?.sequence ?? 0,
    hasMore: false,
    complete: false,
    truncated: false,
    logsReadable: true,
    ...part,
  }
}

const nothing: ReadLog = { lines: [], lastSequence: 0, complete: false, truncated: false, logsReadable: true }
const sequences = (log: ReadLog) => log.lines.map(({ sequence }) => sequence)

describe('reading on', () => {
  test('adds what is new, and asks for the rest after the last line that came', () => {
    const first = readOn(nothing, anAnswer({ lines: lines(1, 2), lastSequence: 5, hasMore: true, complete: true }))
    expect([sequences(first), first.lastSequence, first.complete]).toEqual([[1, 2], 2, false])
    const all = readOn(first, anAnswer({ lines: lines(3, 5), complete: true }))
    expect([sequences(all), all.lastSequence, all.complete]).toEqual([[1, 2, 3, 4, 5], 5, true])
  })

  test('drops lines that Coolify wrote anew, also where nothing has come in their place yet', () => {
    const before = readOn(nothing, anAnswer({ lines: lines(1, 4) }))
    expect(sequences(readOn(before, anAnswer({ lines: lines(5, 6), firstSequence: 5 })))).toEqual([5, 6])
    expect(sequences(readOn(before, anAnswer({ firstSequence: 5, lastSequence: 4 })))).toEqual([])
  })
})

test('blocks that are full stay the same when lines are added', () => {
  const before = cutBlocks(lines(1, 450))
  const after = cutBlocks(lines(1, 451))
  expect(after.map((block, index) => isSameBlock(block.lines, before[index]?.lines ?? []))).toEqual([true, true, false])
  expect(isSameBlock(lines(1, 3), lines(4, 6))).toBe(false)
})

describe('the log', () => {
  const read = (after: number) => `GET /api/deployment/logs/${deploymentId}?after=${after}`
  const region = () => screen.findByRole('region', { name: 'Log of the deployment' })

  /** jsdom lays nothing out: the place is 100 px of as many as its lines would need. */
  let topPx = 0
  beforeEach(() => {
    topPx = 0
    const isLog = (element: Element) => element.getAttribute('role') === 'region'
    vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockImplementation(function (this: Element) {
      return isLog(this) ? this.querySelectorAll('[class*=border-l-2]').length * 20 : 0
    })
    vi.spyOn(Element.prototype, 'clientHeight', 'get').mockImplementation(function (this: Element) {
      return isLog(this) ? 100 : 0
    })
    vi.spyOn(Element.prototype, 'scrollTop', 'get').mockImplementation(() => topPx)
    vi.spyOn(Element.prototype, 'scrollTop', 'set').mockImplementation((value) => (topPx = value))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
  })

  const show = () => renderAt('/', <DeploymentLog deployment={aDeployment()} />)

  test('is text, whatever a build writes, with what went to stderr set apart', async () => {
    const hostile = '<img src=x onerror=alert(1)> javascript:alert(1)'
    startFakeServer({
      [read(0)]: () => ok(anAnswer({ lines: [line(1, { text: hostile, stream: 'stderr' }), line(2)] })),
    })
    show()
    const log = await region()
    expect(log.querySelector('img')).toBeNull()
    expect(screen.getByTitle('stderr').textContent).toBe(hostile)
    expect(screen.getByText('line 2').title).toBe('')
  })

  test('an event reads on from the last line; it follows the end until somebody scrolls up', async () => {
    let now = anAnswer({ lines: lines(1, 50) })
    startFakeServer({ [read(0)]: () => ok(now), [read(50)]: () => ok(now), [read(60)]: () => ok(now) })
    const { client, user } = show()
    const log = await region()
    expect(topPx).toBe(50 * 20)
    const tell = (lastSequence: number) =>
      act(() => {
        now = anAnswer({ lines: lines(lastSequence - 9, lastSequence) })
        const deployment = aDeployment({ metadata: { lastSequence } })
        applyEvent(client, { type: 'deployment', environmentId: ids.environment, deployment })
      })
    tell(60)
    await screen.findByText('line 60')
    expect(topPx).toBe(60 * 20)

    topPx = 400
    fireEvent.scroll(log)
    tell(70)
    await screen.findByText('line 70')
    expect(topPx).toBe(400)
    await user.click(screen.getByRole('button', { name: '10 new lines, jump to the end' }))
    expect(topPx).toBe(70 * 20)
    expect(document.activeElement).toBe(log)
    expect(screen.queryByRole('button', { name: /jump to the end/ })).toBeNull()
  })

  test('says which ability the token lacks where Coolify shows no log', async () => {
    startFakeServer({ [read(0)]: () => ok(anAnswer({ logsReadable: false })) })
    show()
    expect(await screen.findByText('Logs need a token with read:sensitive')).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Read it in Coolify' }).getAttribute('href')).toBe(
      'https://coolify.example.com/d1',
    )
  })
})
