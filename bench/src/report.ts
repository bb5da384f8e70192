/** The results as a table for people; `--write` puts it into RESULTS.md. */
import { cpus, totalmem } from 'node:os'
import type { ConnectionResult } from './connection.ts'
import type { CreationResult } from './creation.ts'
import type { EchoResult } from './echo.ts'
import type { Summary } from './samples.ts'

export type Results = { creation: CreationResult; connection: ConnectionResult; echo: EchoResult }

export function describeResults({ creation, connection, echo }: Results): string {
  const ratio = (share: keyof Summary) => (echo.server[share] / echo.floor[share]).toFixed(2)
  const difference = (echo.server.p50 - echo.floor.p50).toFixed(2)
  return `| figure (ms) | samples | p50 | p95 | p99 |
|---|---|---|---|---|
${row("create call → first command's output, with clone", creation.withClone)}
${row("create call → first command's output, without repository", creation.withoutClone)}
${row('WebSocket open → prompt of a new session', connection.prompt)}
${row('WebSocket open → redraw of a session', connection.redraw)}
${row('floor: exec stream → redraw of the same session', connection.floorRedraw)}
${row('keystroke echo through the server', echo.server)}
${row('floor: keystroke echo over an exec stream into tmux', echo.floor)}

Echo, server to floor: ${ratio('p50')} at p50, ${ratio('p95')} at p95, ${ratio('p99')} at p99; ${difference} ms apart at p50.
Redraw, server to floor: ${(connection.redraw.p50 / connection.floorRedraw.p50).toFixed(2)} at p50.
`
}

export function describeMachine(): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 1024 ** 3)
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory} GiB, Node ${process.version}`
}

function row(name: string, { count, p50, p95, p99 }: Summary): string {
  return `| ${name} | ${count} | ${figure(p50)} | ${figure(p95)} | ${figure(p99)} |`
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}
