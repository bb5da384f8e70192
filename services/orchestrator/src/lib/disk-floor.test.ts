import { mkdtempSync, rmSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { RuntimeUnavailable } from '../services/runtime.ts'
import { createDiskFloor } from './disk-floor.ts'

const directory = mkdtempSync(join(tmpdir(), 'craftastic-disk-'))
afterAll(() => rmSync(directory, { recursive: true }))
afterEach(() => void vi.useRealTimers())

/** More than any disk has. */
const hugeBytes = Number.MAX_SAFE_INTEGER

const log = { warn: vi.fn() }
afterEach(() => void log.warn.mockClear())

function readFrom(path: string | null) {
  return { readDataDirectory: vi.fn(async () => path) }
}

describe('the disk floor', () => {
  it('reads what is free where the engine keeps its data', async () => {
    const { bavail, bsize } = await statfs(directory)
    const freeBytes = await createDiskFloor({
      log,
      path: null,
      runtime: readFrom(directory),
      floorBytes: 1,
    }).readFreeBytes()
    // Others write to the same disk meanwhile.
    expect(Math.abs((freeBytes ?? 0) - bavail * bsize)).toBeLessThan(1024 ** 3)
  })

  it('lets an environment be created above it', async () => {
    await createDiskFloor({ log, path: null, runtime: readFrom(directory), floorBytes: 1 }).requireSpace()
  })

  it('says below it how much is free, what the floor is and what to do', async () => {
    const refused = createDiskFloor({
      log,
      path: null,
      runtime: readFrom(directory),
      floorBytes: hugeBytes,
    }).requireSpace()
    await expect(refused).rejects.toMatchObject({ code: 'disk_full', status: 507 })
    await expect(refused).rejects.toThrow(
      /^The server has [\d.]+ (GiB|MiB) of free disk space; .* at least 8388607\.9 GiB\. Delete environments/,
    )
  })

  it.each([
    ['the engine is elsewhere', readFrom(null)],
    ['the directory is not on this machine', readFrom('/nonexistent/docker')],
    ['the engine does not answer', { readDataDirectory: () => Promise.reject(noAnswer()) }],
  ])('does not hold where nothing is known, as when %s', async (_when, runtime) => {
    const floor = createDiskFloor({ log, path: null, runtime, floorBytes: hugeBytes })
    await floor.requireSpace()
    expect(await floor.readFreeBytes()).toBeNull()
  })

  it('warns once that it does not hold where the directory is not seen', async () => {
    const floor = createDiskFloor({ log, path: null, runtime: readFrom('/nonexistent/docker'), floorBytes: 1 })
    vi.useFakeTimers({ toFake: ['performance'] })
    for (let times = 0; times < 3; times += 1) {
      await floor.readFreeBytes()
      vi.advanceTimersByTime(10_000)
    }
    expect(log.warn).toHaveBeenCalledTimes(1)
    expect(log.warn).toHaveBeenCalledWith({ directory: '/nonexistent/docker' }, expect.stringContaining('DISK_PATH'))
  })

  it('measures where it is told to, without asking the engine', async () => {
    const runtime = readFrom('/nonexistent/docker')
    const floor = createDiskFloor({ log, path: directory, runtime, floorBytes: hugeBytes })
    await expect(floor.requireSpace()).rejects.toMatchObject({ code: 'disk_full' })
    expect(runtime.readDataDirectory).not.toHaveBeenCalled()
  })

  it('does not wait for an engine that hangs', async () => {
    const floor = createDiskFloor({
      log,
      path: null,
      runtime: { readDataDirectory: () => new Promise(() => {}) },
      floorBytes: hugeBytes,
    })
    const startedMs = performance.now()
    await floor.requireSpace()
    expect(performance.now() - startedMs).toBeLessThan(4_000)
  })

  it('asks nobody when there is none', async () => {
    const runtime = readFrom(directory)
    await createDiskFloor({ log, path: null, runtime, floorBytes: 0 }).requireSpace()
    expect(runtime.readDataDirectory).not.toHaveBeenCalled()
  })

  it('reads once for many at the same time, and again after five seconds', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const runtime = readFrom(null)
    const floor = createDiskFloor({ log, path: null, runtime, floorBytes: hugeBytes })
    await Promise.all([floor.requireSpace(), floor.requireSpace(), floor.readFreeBytes()])
    vi.advanceTimersByTime(4_900)
    await floor.requireSpace()
    expect(runtime.readDataDirectory).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(200)
    await floor.requireSpace()
    expect(runtime.readDataDirectory).toHaveBeenCalledTimes(2)
  })
})

function noAnswer(): RuntimeUnavailable {
  return new RuntimeUnavailable('the container engine does not answer', { hasAnswered: false })
}
