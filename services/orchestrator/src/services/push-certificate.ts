/**
 * Reads the certificate of a signed push (gitprotocol-pack, "Push Certificate"). Hosts read it as one text, whatever the
 * packets that it comes in: one packet may hold several commands, and one command may lie in several packets.
 */
export class UnreadablePush extends Error {
  override name = 'UnreadablePush'
}

export interface CertificateReader {
  /** A packet's text, one character per byte. */
  read(text: string): void
  /** The certificate is over. */
  end(): void
}

/**
 * `readCommand` is given every line and answers whether it is a command; what a host would take for one and is none throws.
 */
export function createCertificateReader(readCommand: (line: string) => boolean): CertificateReader {
  let section: 'header' | 'commands' | 'signature' = 'header'
  /** The beginning of a line that the next packet goes on with. */
  let rest = ''

  const readLine = (line: string) => {
    if (section === 'header' && line === '') section = 'commands'
    else if (section === 'commands' && line.startsWith('-----BEGIN ')) section = 'signature'
    else if (!readCommand(line) && section === 'commands')
      throw new UnreadablePush('a certificate with more than commands')
  }

  return {
    read: (text) => {
      // Some hosts read only up to it.
      if (text.includes('\0')) throw new UnreadablePush('a NUL in a certificate')
      rest += text
      if (!text.includes('\n')) return
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) readLine(line)
    },
    end: () => {
      if (rest !== '') readLine(rest)
      rest = ''
    },
  }
}
