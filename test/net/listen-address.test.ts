import { describe, expect, test } from 'vitest'
import { listenAddress, type Network } from '../../src/net/listen-address.js'

describe('listenAddress', () => {
  test.each<[Network, string, string, number]>([
    ['tcp4', ':80', '0.0.0.0', 80],
    ['tcp6', ':80', '::', 80],
    ['tcp', ':80', '::', 80],
    ['tcp4', '127.0.0.1:0', '127.0.0.1', 0],
    ['tcp', '127.0.0.1:65535', '127.0.0.1', 65535],
    ['tcp6', '[::1]:8080', '::1', 8080],
    ['tcp', '[::1]:8080', '::1', 8080],
    ['tcp6', '[fe80::1%lo]:80', 'fe80::1%lo', 80],
    ['tcp4', 'localhost:80', '127.0.0.1', 80],
  ])('%s %s', async (network, addr, host, port) => {
    expect(await listenAddress(network, addr)).toEqual({
      host,
      port,
      ipv6Only: network === 'tcp6',
    })
  })

  test.each<[Network, string]>([
    ['udp' as Network, ':80'],
    ['toString' as Network, ':80'],
    ['tcp4', ''],
    ['tcp4', '80'],
    ['tcp4', 'localhost'],
    ['tcp4', 'localhost:'],
    ['tcp4', 'localhost:http'],
    ['tcp4', ':65536'],
    ['tcp4', ':-1'],
    ['tcp4', '::1:80'],
    ['tcp4', '[::1]:80'],
    ['tcp6', '127.0.0.1:80'],
  ])('no address: %s %j', async (network, addr) => {
    await expect(listenAddress(network, addr)).rejects.toMatchObject({
      code: 'FH_ERR_INVALID_OPTION',
    })
  })

  test('a name that is not known', async () => {
    await expect(listenAddress('tcp4', 'no.such.name.invalid:80')).rejects.toMatchObject({
      syscall: 'getaddrinfo',
    })
  })
})
