import { isIPv6 } from 'node:net'
import { expect, test } from 'vitest'
import { isPublicAddress } from './git-upstream.ts'

const isPublic = (address: string) => isPublicAddress({ address, family: isIPv6(address) ? 6 : 4 })

test.each(['140.82.121.4', '1.1.1.1', '172.15.0.1', '172.32.0.1', '192.169.0.1', '2606:50c0:8000::153'])(
  '%s is out in the internet',
  (address) => expect(isPublic(address)).toBe(true),
)

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:127.0.0.1',
  '64:ff9b::a00:1',
  'fd00::1',
  'fe80::1',
  'ff02::1',
])('%s is not', (address) => expect(isPublic(address)).toBe(false))
