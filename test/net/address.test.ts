import { describe, expect, test } from 'vitest'
import { addMissingPort, isIPAddress, splitHostPort } from '../../src/net/address.js'

describe('addMissingPort', () => {
  test.each([
    ['a.test', false, 'a.test:80'],
    ['a.test', true, 'a.test:443'],
    ['a.test:8', true, 'a.test:8'],
    ['[::1]', false, '[::1]:80'],
    ['[::1]:8', false, '[::1]:8'],
    ['::1', false, '::1'],
    ['', false, ''],
  ])('%j, TLS %s', (addr, isTLS, expected) => {
    expect(addMissingPort(addr, isTLS)).toBe(expected)
  })
})

describe('splitHostPort', () => {
  test.each([
    ['a.test:80', { host: 'a.test', port: 80 }],
    ['1.2.3.4:65535', { host: '1.2.3.4', port: 65535 }],
    ['[::1]:443', { host: '::1', port: 443 }],
  ])('%j', (addr, expected) => expect(splitHostPort(addr)).toEqual(expected))

  test.each([
    '',
    'a',
    'a:',
    ':80',
    'a:0',
    'a:65536',
    'a:-1',
    'a:8o',
    'a:80 ',
    '::1:80',
    '[a]:80',
    '[::1]',
    'a:b:80',
  ])('%j is refused', (addr) => {
    expect(() => splitHostPort(addr)).toThrow(
      expect.objectContaining({ code: 'FH_ERR_INVALID_HOST' })
    )
  })
})

test('isIPAddress', () => {
  expect(['1.2.3.4', '::1', 'a', '', '1.2.3', '[::1]'].map(isIPAddress)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ])
})
