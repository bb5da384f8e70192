/** Compression of streams whose length nobody knows, with an end for both sides when one of them fails. */
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, createZstdDecompress, type ZstdCompress, type ZstdDecompress } from 'node:zlib'

export function compressed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  return through(source, createZstdCompress())
}

/** @throws Error when the source is not whole. */
export function decompressed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  return through(source, createZstdDecompress())
}

async function* through(source: AsyncIterable<Buffer>, zstd: ZstdCompress | ZstdDecompress): AsyncGenerator<Buffer> {
  const pumped = pipeline(source, zstd)
  // Its failure is that of the stream, which is read below.
  pumped.catch(() => undefined)
  try {
    for await (const chunk of zstd) yield Buffer.from(chunk)
    await pumped
  } finally {
    zstd.destroy()
  }
}
