/** Whether the server that listens as HOST and PORT say lives: the image's health check. Loads nothing, because it runs often. */
const { HOST, PORT } = process.env
const host = HOST || '127.0.0.1'

/** Where one that listens on every address is asked. */
const anyAddresses = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])
const address = anyAddresses.get(host) ?? host

try {
  const answer = await fetch(`http://${address.includes(':') ? `[${address}]` : address}:${PORT || '3000'}/healthz`)
  process.exitCode = answer.ok ? 0 : 1
} catch {
  process.exitCode = 1
}
