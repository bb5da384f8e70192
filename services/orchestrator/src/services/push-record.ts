/**
 * What a push says of itself as it streams by: which refs it wants to change (the head of its request), and what became
 * of them (the report in its answer). gitprotocol-pack, sections "Reference Update Request" and "Report Status".
 */
import { createPktLineReader, flush } from './pkt-lines.ts'

/** Ten thousand refs fit. */
const maxHeadBytes = 1024 * 1024
const maxReportBytes = 4 * 1024 * 1024
/** Of how many refs the names are kept. */
const maxKeptRefs = 200

export type PushedRef = {
  name: string
  /** Object ids; all zeros for a ref that is made or removed. */
  from: string
  to: string
}

export type PushCommands = {
  /** The first ones. */
  refs: PushedRef[]
  refCount: number
  /** The answer interleaves its report with other words. */
  usesSideBand: boolean
}

const command = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([^\s\0]{1,1000})(?:\0|\n|$)/

/** Calls `onCommands` once, when the list is complete; not for a request without any, with which git only tries. */
export function createCommandReader(onCommands: (commands: PushCommands) => void): (chunk: Buffer) => boolean {
  const commands: PushCommands = { refs: [], refCount: 0, usesSideBand: false }
  return createPktLineReader({
    maxBytes: maxHeadBytes,
    onLine: (line) => {
      if (line === flush) {
        if (commands.refCount > 0) onCommands(commands)
        return false
      }
      const text = line.toString('utf8')
      commands.usesSideBand ||= /\0(.* )?side-band/.test(text)
      const [, from, to, name] = command.exec(text) ?? []
      if (from === undefined || to === undefined || name === undefined) return true
      commands.refCount += 1
      if (commands.refs.length < maxKeptRefs) commands.refs.push({ name, from, to })
      return true
    },
  })
}

export type PushReport = {
  /** Null until the host has said whether it took the objects. */
  isUnpacked: boolean | null
  /** Refs that it did not change, the first ones, with its reason. */
  refused: { name: string; reason: string }[]
}

/** Fills `report` from the bytes that the returned function is given. */
export function createReportReader({ usesSideBand }: Pick<PushCommands, 'usesSideBand'>): {
  report: PushReport
  read: (chunk: Buffer) => boolean
} {
  const report: PushReport = { isUnpacked: null, refused: [] }
  const readStatus = createPktLineReader({
    maxBytes: maxReportBytes,
    onLine: (line) => {
      if (line === flush) return false
      const text = line.toString('utf8').trimEnd()
      const [, unpacked] = /^unpack (.*)$/.exec(text) ?? []
      if (unpacked !== undefined) report.isUnpacked = unpacked === 'ok'
      const [, name, reason] = /^ng (\S{1,1000}) (.{1,200})/.exec(text) ?? []
      if (name !== undefined && reason !== undefined && report.refused.length < maxKeptRefs) {
        report.refused.push({ name, reason })
      }
      return true
    },
  })
  if (!usesSideBand) return { report, read: readStatus }
  const readBands = createPktLineReader({
    maxBytes: maxReportBytes,
    // The first byte is the band: 1 carries the report, 2 words for the person who pushes.
    onLine: (line) => line !== flush && (line[0] !== 1 || readStatus(line.subarray(1))),
  })
  return { report, read: readBands }
}
