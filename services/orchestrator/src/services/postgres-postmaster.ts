/** Starting and ending the postmaster of a cluster. It is a process of its own: ^C and a killed server leave it alone. */
import { spawn } from 'node:child_process'
import { closeSync, copyFileSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { programEnvironment, readPostmaster, removeStalePidFile, type Cluster } from './postgres-cluster.ts'

const readyTimeoutMs = 60_000
/** Fast shutdown: open transactions are rolled back, everything committed is written. */
const fastShutdownTimeoutMs = 8_000
/** Afterwards without a checkpoint: nothing is lost, the next start replays the log. */
const immediateShutdownTimeoutMs = 4_000
const pollMs = 20
const logLimitBytes = 5 * 1024 * 1024
const shownLogLines = 12

const baseSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Failed statements are reported to the client, which logs them; here they would only repeat what users typed.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
}

/**
 * Starts a postmaster and waits until it is ready, or until another one of the same cluster is.
 * @throws Error in words, with the end of its log.
 */
export async function startPostmaster(cluster: Cluster, port: number, settings: Record<string, string>): Promise<void> {
  boundLog(cluster.logPath)
  const logStart = readLogSize(cluster.logPath)
  const log = openSync(cluster.logPath, 'a', 0o600)
  const all = { ...baseSettings, port: String(port), ...settings }
  const args = ['-D', cluster.path, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const child = spawn(cluster.programs.postgres, args, {
    cwd: '/',
    env: programEnvironment,
    detached: true,
    stdio: ['ignore', log, log],
    ...cluster.account,
  })
  closeSync(log)
  child.unref()
  const ended: { reason: string | null } = { reason: null }
  child.once('error', (error) => (ended.reason = error.message))
  child.once('exit', (code, signal) => (ended.reason = signal ?? `exit code ${code ?? 'unknown'}`))

  const deadline = Date.now() + readyTimeoutMs
  for (;;) {
    const running = readPostmaster(cluster)
    if (running?.status === 'ready') return
    if (ended.reason !== null && running === null) {
      removeStalePidFile(cluster)
      const output = readFileSync(cluster.logPath, 'utf8').slice(logStart).trim()
      const tail = output.split('\n').slice(-shownLogLines).join('\n')
      throw new Error(
        `The embedded PostgreSQL did not start (${ended.reason}). Its log, ${cluster.logPath}, says:\n${tail}`,
      )
    }
    if (Date.now() > deadline) throw new Error(`The embedded PostgreSQL is not ready after ${readyTimeoutMs / 1000} s`)
    await sleep(pollMs)
  }
}

/** Ends the postmaster of a cluster, whoever started it. Done when its pid file is gone. */
export async function stopPostmaster(cluster: Cluster): Promise<void> {
  if (await signalAndWait(cluster, 'SIGINT', fastShutdownTimeoutMs)) return
  if (await signalAndWait(cluster, 'SIGQUIT', immediateShutdownTimeoutMs)) return
  throw new Error(`The embedded PostgreSQL does not end; see ${cluster.logPath}`)
}

async function signalAndWait(cluster: Cluster, signal: 'SIGINT' | 'SIGQUIT', timeoutMs: number): Promise<boolean> {
  const running = readPostmaster(cluster)
  if (running === null) return true
  try {
    process.kill(running.pid, signal)
  } catch {
    // It ended by itself in between.
  }
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    if (!existsSync(join(cluster.path, 'postmaster.pid')) || readPostmaster(cluster) === null) return true
    await sleep(pollMs)
  }
  return false
}

/** Keeps the log below its limit, with one older part beside it. The postmaster appends, so cutting it is safe. */
export function boundLog(logPath: string): void {
  if (readLogSize(logPath) < logLimitBytes) return
  copyFileSync(logPath, `${logPath}.1`)
  truncateSync(logPath)
}

function readLogSize(logPath: string): number {
  return statSync(logPath, { throwIfNoEntry: false })?.size ?? 0
}
