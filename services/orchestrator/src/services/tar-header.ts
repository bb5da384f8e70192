/**
 * Headers of tar members (POSIX ustar): 512 bytes before each regular file. Sizes beyond 8 GiB are written in base 256,
 * as GNU tar and bsdtar read them.
 */

export const blockBytes = 512

/** An archive ends with two blocks of zeros. */
export const endOfArchive = Buffer.alloc(2 * blockBytes)

export interface TarMember {
  name: string
  bytes: number
  /** Milliseconds since 1970. */
  modifiedAtMs: number
}

const nameBytes = 100
const prefixBytes = 155
const largestOctal = 8 ** 11 - 1
const fieldOf = {
  name: 0,
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  modified: 136,
  checksum: 148,
  type: 156,
  magic: 257,
  prefix: 345,
} as const

/** @throws Error when the name is too long for the format. */
export function encodeTarHeader({ name, bytes, modifiedAtMs }: TarMember): Buffer {
  const header = Buffer.alloc(blockBytes)
  const { prefix, rest } = splitName(name)
  header.write(rest, fieldOf.name)
  header.write(prefix, fieldOf.prefix)
  header.write('0000600\0', fieldOf.mode)
  header.write('0000000\0', fieldOf.uid)
  header.write('0000000\0', fieldOf.gid)
  writeSize(header, bytes)
  header.write(`${octal(Math.floor(modifiedAtMs / 1000), 11)}\0`, fieldOf.modified)
  header.write('0', fieldOf.type)
  header.write('ustar\x0000', fieldOf.magic)
  header.write(`${octal(sumOf(header), 6)}\0 `, fieldOf.checksum)
  return header
}

/**
 * Reads a header of a regular file; null at the end of the archive.
 * @throws Error when it is none.
 */
export function decodeTarHeader(header: Buffer): TarMember | null {
  if (header.every((byte) => byte === 0)) return null
  const isWhole = readOctal(header, fieldOf.checksum, 8) === sumOf(header)
  if (!isWhole || header[fieldOf.type] !== 0x30) throw new Error('not a header of a file')
  const prefix = readText(header, fieldOf.prefix, prefixBytes)
  const rest = readText(header, fieldOf.name, nameBytes)
  return {
    name: prefix === '' ? rest : `${prefix}/${rest}`,
    bytes: readSize(header),
    modifiedAtMs: readOctal(header, fieldOf.modified, 12) * 1000,
  }
}

/** Bytes after a member's content up to the next header. */
export function paddingOf(bytes: number): number {
  return (blockBytes - (bytes % blockBytes)) % blockBytes
}

function splitName(name: string): { prefix: string; rest: string } {
  if (Buffer.byteLength(name) <= nameBytes) return { prefix: '', rest: name }
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)]
    if (Buffer.byteLength(prefix) <= prefixBytes && Buffer.byteLength(rest) <= nameBytes) return { prefix, rest }
  }
  throw new Error(`The name "${name}" is too long for a tar archive`)
}

function writeSize(header: Buffer, bytes: number): void {
  if (bytes <= largestOctal) {
    header.write(`${octal(bytes, 11)}\0`, fieldOf.size)
    return
  }
  header[fieldOf.size] = 0x80
  header.writeBigUInt64BE(BigInt(bytes), fieldOf.size + 4)
}

function readSize(header: Buffer): number {
  if (header[fieldOf.size] !== 0x80) return readOctal(header, fieldOf.size, 12)
  return Number(header.readBigUInt64BE(fieldOf.size + 4))
}

/** The checksum counts its own field as spaces. */
function sumOf(header: Buffer): number {
  return header.reduce((sum, byte, at) => {
    const isChecksum = at >= fieldOf.checksum && at < fieldOf.type
    return sum + (isChecksum ? 0x20 : byte)
  }, 0)
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

function readOctal(header: Buffer, at: number, length: number): number {
  return Number.parseInt(readText(header, at, length).trim() || '0', 8)
}

function readText(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.subarray(0, end === -1 ? length : end).toString('utf8')
}
