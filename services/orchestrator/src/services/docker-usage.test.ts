import { expect, test } from 'vitest'
import { usageOf, type StatsSample } from './docker-usage.ts'

/** The fields that are read; the engine sends many more. */
function sample(preread: string, read: string, cpuNanoseconds: number, memory: object): StatsSample {
  const fields: unknown = {
    preread,
    read,
    precpu_stats: { cpu_usage: { total_usage: 1_000_000_000 } },
    cpu_stats: { cpu_usage: { total_usage: 1_000_000_000 + cpuNanoseconds } },
    memory_stats: memory,
    pids_stats: { current: 7 },
  }
  return fields as StatsSample
}

const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z']

test('CPU is the share of one core between two samples', () => {
  const memory = { usage: 300, limit: 1000, stats: { total_inactive_file: 100 } }
  const usage = usageOf(sample(first, second, 500_000_000, memory))
  expect(usage).toEqual({ cpuPercent: 50, memoryBytes: 200, memoryLimitBytes: 1000, pids: 7 })
})

test('samples of the same moment and missing counters give zero, not NaN', () => {
  const usage = usageOf(sample(first, first, 5, {}))
  expect(usage).toEqual({ cpuPercent: 0, memoryBytes: 0, memoryLimitBytes: 0, pids: 7 })
})
