/** Files of recordings as the contract has them. What a file holds may come from any program and is read with care. */
import { type Recording, RecordingFileName, recordingStart } from '@craftastic/contract'
import { z } from 'zod'
import type { RecordingFileEntry } from '../services/recording-files.ts'

/** Letters that a file name may have, of a session's name; what is left of some names is nothing. */
export function toRecordingFileName(sessionName: string, startedAt: Date, otherwise: string): string {
  const plain = sessionName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 64)
  const moment = startedAt.toISOString().replace(/[-:.]/g, '')
  return `${plain === '' ? otherwise : plain}-${moment}.cast`
}

/** Those that name a recording, newest first. */
export function sortRecordingNames(names: readonly string[]): string[] {
  const timeOf = (name: string) => recordingStart(name)?.getTime() ?? 0
  return names
    .filter((name) => RecordingFileName.safeParse(name).success && recordingStart(name) !== null)
    .sort((a, b) => timeOf(b) - timeOf(a) || a.localeCompare(b))
}

const Title = z.object({ title: z.string().trim().min(1).max(200) })
const LastEvent = z.tuple([z.number().nonnegative(), z.string(), z.string()])
const brokenOff = 'It breaks off: the environment ended, or its disk was full.'

/** Null for a file that is no recording. */
export function presentRecording(
  entry: RecordingFileEntry,
  environmentId: string,
  running: ReadonlySet<string>,
): Recording | null {
  const { fileName, bytes, firstLine, lastLine } = entry
  const startedAt = recordingStart(fileName)
  if (startedAt === null || !RecordingFileName.safeParse(fileName).success) return null
  const isRunning = running.has(fileName)
  // A long event arrives without its end; its time comes first.
  const time = Number(/^\[\s*(\d{1,12}(?:\.\d{1,9})?)\s*,/.exec(lastLine ?? '')?.[1] ?? 0)
  const sinceStart = Math.max(0, (Date.now() - startedAt.getTime()) / 1000)
  return {
    fileName,
    environmentId,
    sessionName: Title.safeParse(readJson(firstLine)).data?.title ?? fileName.replace(/-[^-]*$/, ''),
    startedAt: startedAt.toISOString(),
    seconds: isRunning ? sinceStart : time,
    bytes,
    isRunning,
    note: isRunning ? null : noteOf(lastLine),
  }
}

function noteOf(lastLine: string | null): string | null {
  if (lastLine === null) return brokenOff
  const event = LastEvent.safeParse(readJson(lastLine)).data
  return event?.[1] === 'm' ? event[2] : null
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
