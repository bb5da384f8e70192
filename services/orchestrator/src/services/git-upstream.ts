/**
 * One request to a Git host, made by the server in a user's name. The certificate is checked, nothing is followed, and
 * nothing is kept open afterwards. A host that the operator has not named must have a public address: an environment
 * must not look into the server's own network through it.
 */
import { lookup, type LookupAddress } from 'node:dns'
import { request as requestPlain, type ClientRequest } from 'node:http'
import { request as requestSecure } from 'node:https'
import { BlockList, type LookupFunction } from 'node:net'

const connectDeadlineMs = 10_000
/** Hosts send a sign of life every few seconds while they work on a large push. */
const silenceDeadlineMs = 5 * 60_000
const maxHeaderBytes = 32 * 1024

export type UpstreamOptions = {
  url: URL
  method: string
  headers: Record<string, string>
  /** May lead to a private address. */
  isNamedHost: boolean
}

/** Why there is no answer, in a word for the log and for those who ask. */
class UpstreamSilent extends Error {
  override name = 'UpstreamSilent'
}

/** Sends nothing yet but, once its body is written or ended, the head. An `error` event tells what goes wrong. */
export function openUpstream({ url, method, headers, isNamedHost }: UpstreamOptions): ClientRequest {
  const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, {
    method,
    headers,
    agent: false,
    maxHeaderSize: maxHeaderBytes,
    ...(isNamedHost ? {} : { lookup: lookupPublic }),
  })
  request.once('socket', (socket) => {
    socket.setTimeout(connectDeadlineMs)
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => socket.setTimeout(silenceDeadlineMs))
  })
  request.on('timeout', () => request.destroy(new UpstreamSilent('no sign of life')))
  return request
}

/** Addresses that are not out in the internet (RFC 6890), for both versions. */
const privateAddresses = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  privateAddresses.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  privateAddresses.addSubnet(network, bits, 'ipv6')
}

export function isPublicAddress({ address, family }: LookupAddress): boolean {
  return !privateAddresses.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const allowed = error === null ? addresses.filter(isPublicAddress) : []
    const [first] = allowed
    if (error !== null) callback(error, '')
    else if (first === undefined) callback(new UpstreamSilent('its address is not public'), '')
    else if (options.all === true) callback(null, allowed)
    else callback(null, first.address, first.family)
  })
}
