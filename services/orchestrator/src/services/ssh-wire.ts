/** The data types of the SSH protocols (RFC 4251, section 5): bytes in, checked values out. Nothing here does I/O. */

/** What arrived is not what the protocol says. */
export class MalformedMessage extends Error {
  override name = 'MalformedMessage'
}

/** Reads one message from its front. Every read throws `MalformedMessage` behind the end. */
export class WireReader {
  readonly #bytes: Buffer
  #position = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  byte(): number {
    return this.#take(1).readUInt8()
  }

  boolean(): boolean {
    return this.byte() !== 0
  }

  uint32(): number {
    return this.#take(4).readUInt32BE()
  }

  string(): Buffer {
    return this.#take(this.uint32())
  }

  text(): string {
    return this.string().toString('latin1')
  }

  /** There must be nothing left. */
  end(): void {
    if (this.#position !== this.#bytes.length) throw new MalformedMessage('a message goes on behind its end')
  }

  #take(length: number): Buffer {
    const start = this.#position
    if (length > this.#bytes.length - start) throw new MalformedMessage('a message ends too early')
    this.#position = start + length
    return this.#bytes.subarray(start, start + length)
  }
}

export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export function wireString(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([wireUint32(bytes.length), bytes])
}
