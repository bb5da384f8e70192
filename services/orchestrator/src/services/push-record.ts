/**
 * What a push says of itself as it streams by: which refs it wants to change (the head of its request), and what became
 * of them (the report in its answer). gitprotocol-pack, sections "Reference Update Request" and "Report Status".
 */
import { bytesToText } from './git-bytes.ts'
import { createPktLineReader, flush } from './pkt-lines.ts'
import { createCertificateReader, UnreadablePush, type CertificateReader } from './push-certificate.ts'

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

/** As hosts read it: hexadecimal digits of either case, and a name of whatever bytes. */
const command = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) ([^\0\n]+)/i
const shallow = /^shallow ([0-9a-f]{40}|[0-9a-f]{64})\n?$/i
const certificateBegin = /^push-cert(?:\0|\n|$)/

/**
 * Calls `onCommands` once, when the list is complete; not for a request without any, with which git only tries. Throws at
 * a line that is not understood: a host might take it for a command.
 */
export function createCommandReader(onCommands: (commands: PushCommands) => void): (chunk: Buffer) => boolean {
  const commands: PushCommands = { refs: [], refCount: 0, usesSideBand: false }
  let certificate: CertificateReader | null = null

  const readCommand = (text: string): boolean => {
    const [, from, to, name] = command.exec(text) ?? []
    if (from === undefined || to === undefined || name === undefined) return false
    commands.refCount += 1
    if (commands.refs.length < maxKeptRefs) {
      commands.refs.push({ name: showBytes(name), from: from.toLowerCase(), to: to.toLowerCase() })
    }
    return true
  }

  return createPktLineReader({
    maxBytes: maxHeadBytes,
    onLine: (line) => {
      if (line === flush) {
        certificate?.end()
        if (commands.refCount > 0) onCommands(commands)
        return false
      }
      const text = line.toString('latin1')
      if (certificate !== null) {
        if (text !== 'push-cert-end\n') certificate.read(text)
        else {
          certificate.end()
          certificate = null
        }
        return true
      }
      commands.usesSideBand ||= /\0(.* )?side-band/.test(text)
      if (certificateBegin.test(text)) certificate = createCertificateReader(readCommand)
      else if (!shallow.test(text) && !readCommand(text)) throw new UnreadablePush('a line that is no command')
      return true
    },
  })
}

/** Of one character per byte. A byte that is no UTF-8 is shown as `\xNN`: no ref's name has a backslash of its own. */
function showBytes(bytes: string): string {
  const text = bytesToText(Buffer.from(bytes, 'latin1'))
  return text.replace(/[\u{DC80}-\u{DCFF}]/gu, (byte) => `\\x${(byte.charCodeAt(0) - 0xdc00).toString(16)}`)
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
      const text = line.toString('latin1').replace(/\n$/, '')
      const [, unpacked] = /^unpack ([^]*)$/.exec(text) ?? []
      if (unpacked !== undefined) report.isUnpacked = unpacked === 'ok'
      const [, name, reason] = /^ng ([^ \0]+) ([^\0]*)/.exec(text) ?? []
      if (name !== undefined && reason !== undefined && report.refused.length < maxKeptRefs) {
        report.refused.push({ name: showBytes(name), reason: showBytes(reason).slice(0, 200).toWellFormed() })
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
