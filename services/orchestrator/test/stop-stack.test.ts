import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { StopStack } from '../src/lib/stop-stack.ts'

describe('the stop stack', () => {
  it('stops in reverse order, once, whatever one of the parts does', async () => {
    const lines: string[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
    const stops = new StopStack()
    const order: string[] = []
    const part = (name: string, fails = false) =>
      stops.add(name, async () => {
        order.push(name)
        if (fails) throw new Error('broken')
      })
    await part('database')
    await part('jobs', true)
    await part('http')
    await Promise.all([stops.stopAll(log), stops.stopAll(log)])
    expect(order).toEqual(['http', 'jobs', 'database'])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('stopping jobs failed')
  })

  it('stops a part that was still starting when stopping began', async () => {
    const stops = new StopStack()
    await stops.stopAll(pino({ level: 'silent' }))
    let stopped = false
    const late = stops.add('the database', async () => {
      stopped = true
    })
    await expect(late).rejects.toThrow('Stopping began while the database was being started')
    expect(stopped).toBe(true)
  })
})
