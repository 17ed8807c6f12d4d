import { expect, test } from 'vitest'
import { viewOf } from '../../src/bytes/words.js'
import * as noted from '../../src/http/noted-fields.js'

const FIELDS: [name: string, field: number][] = [
  ['Host', noted.HOST],
  ['Expect', noted.EXPECT],
  ['Connection', noted.CONNECTION],
  ['Content-Type', noted.CONTENT_TYPE],
  ['Content-Length', noted.CONTENT_LENGTH],
  ['Transfer-Encoding', noted.TRANSFER_ENCODING],
]
const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

function field(name: string): number {
  return noted.notedField(viewOf(Buffer.from(`\n${name}:`)), 1, name.length)
}

test.each(FIELDS)('%s in any case', (name, expected) => {
  expect(field(name)).toBe(expected)
  expect(field(name.toLowerCase())).toBe(expected)
  expect(field(name.toUpperCase())).toBe(expected)
})

test.each(FIELDS)('no other token of the length of %s', (name) => {
  for (let i = 0; i < name.length; i++) {
    for (const c of TOKEN) {
      if (c.toLowerCase() === name[i]!.toLowerCase()) continue
      expect(field(name.slice(0, i) + c + name.slice(i + 1))).toBe(noted.NOTHING)
    }
  }
})

test.each<[string, number]>([
  ['keep-alive', noted.KEEP_ALIVE],
  ['Keep-Alive', noted.KEEP_ALIVE],
  ['close', noted.CLOSE],
  ['upgrade,\tCLOSE ,Keep-Alive', noted.UPGRADE | noted.CLOSE | noted.KEEP_ALIVE],
  ['closed', 0],
  ['keep_alive', 0],
  ['close\xa0', 0],
  ['', 0],
])('the options of %j', (value, options) => {
  const buf = Buffer.from(value, 'latin1')
  expect(noted.connectionOptions(buf, 0, buf.length)).toBe(options)
})

test.each<[string, number]>([
  ['0', 0],
  ['0012', 12],
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', -1],
  ['', -1],
  ['+1', -1],
  ['1e3', -1],
  ['12 ', -1],
])('the length %j', (value, length) => {
  const buf = Buffer.from(value)
  expect(noted.decimal(buf, 0, buf.length)).toBe(length)
})

test.each<[string, boolean]>([
  ['', true],
  ['a-b.c_d~1', true],
  ['example.com:8080', true],
  ['[::1]:80', true],
  ['%C3%A9.example', true],
  ['a:b', false],
  ['a:80:90', false],
  ['a/b', false],
  ['u@a', false],
  ['[::1', false],
  ['%41', false],
])('is %j a host', (value, expected) => {
  const buf = Buffer.from(value)
  expect(noted.isHost(buf, 0, buf.length)).toBe(expected)
})
