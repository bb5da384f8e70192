/** The results as a table for people; `--write` puts it into RESULTS.md. */
import { cpus, totalmem } from 'node:os'
import type { CreationResult } from './creation.ts'
import type { Summary } from './samples.ts'

export function describeCreation(creation: CreationResult): string {
  return `| figure (ms) | samples | p50 | p95 | p99 |
|---|---|---|---|---|
${row("create call → first command's output, with clone", creation.withClone)}
${row("create call → first command's output, without repository", creation.withoutClone)}
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
