/** Turns what the engine counts into a reading. It takes two samples a second apart and answers both. */
import type Docker from 'dockerode'
import type { ContainerUsage } from './runtime.ts'

export type StatsSample = Docker.ContainerStats

export function usageOf(sample: StatsSample): ContainerUsage {
  const cpuNanoseconds = sample.cpu_stats.cpu_usage.total_usage - sample.precpu_stats.cpu_usage.total_usage
  const elapsedMs = Date.parse(sample.read) - Date.parse(sample.preread)
  const memory = sample.memory_stats
  // The page cache is given back under pressure and is not counted, as `docker stats` does.
  const cache = memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0
  return {
    cpuPercent: elapsedMs > 0 ? Math.max(0, (cpuNanoseconds / (elapsedMs * 1e6)) * 100) : 0,
    memoryBytes: Math.max(0, (memory.usage ?? 0) - cache),
    memoryLimitBytes: memory.limit ?? 0,
    pids: sample.pids_stats?.current ?? 0,
  }
}
