/**
 * Who runs the server: a program on the same machine that asks directly, or whoever has METRICS_TOKEN. A proxy or a
 * browser's page on this machine also comes from a loopback address, so whatever was forwarded, or was meant for
 * another name than this machine's own, does not count.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../lib/errors.ts'

const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/**
 * @param bearer The request's bearer token.
 * @param operatorToken Null when there is none, so that only this machine is left.
 * @throws AppError not_allowed
 */
export function requireOperator(request: FastifyRequest, bearer: string | null, operatorToken: string | null): void {
  if (bearer !== null && operatorToken !== null && isSame(bearer, operatorToken)) return
  if (isFromThisMachine(request)) return
  throw new AppError(
    'not_allowed',
    'This is for programs on the same machine that ask http://localhost directly, and for those that send the ' +
      "server's METRICS_TOKEN as a bearer token.",
  )
}

/** Takes the same time however much of it is right. */
function isSame(given: string, token: string): boolean {
  const hash = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(hash(given), hash(token))
}

/** By the connection itself: what a trusted proxy says of it does not count. */
function isFromThisMachine({ raw, headers }: FastifyRequest): boolean {
  const wasForwarded = forwardingHeaders.some((name) => headers[name] !== undefined)
  return !wasForwarded && isLoopback(raw.socket.remoteAddress ?? '') && isLoopbackHost(headers.host ?? '')
}

function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** @param host As in the Host header, with or without a port. */
function isLoopbackHost(host: string): boolean {
  const text = `http://${host}`
  if (!URL.canParse(text)) return false
  const name = new URL(text).hostname.replace(/^\[|\]$/g, '')
  return name === 'localhost' || isLoopback(name)
}
