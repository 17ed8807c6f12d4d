import { expect, test } from 'vitest'
import { requestHead } from '../../../src/server/http2/request-head.js'

const base = { ':method': 'GET', ':scheme': 'https', ':authority': 'h', ':path': '/' }

function head(fields: Record<string, string | undefined>, hasBody = false): string | undefined {
  const all = Object.entries({ ...base, ...fields }).filter(([, value]) => value !== undefined)
  return requestHead(all.flat() as string[], hasBody)
}

test('a head in the form of HTTP/1.1', () => {
  expect(head({ 'x-a': '1' })).toBe('GET / HTTP/1.1\r\nHost: h\r\nx-a: 1\r\n\r\n')
  expect(head({ ':method': 'OPTIONS', ':path': '*' })).toBe('OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n')
  expect(head({ ':method': 'CONNECT', ':path': undefined })).toMatch(/^CONNECT h HTTP/)
  expect(head({ ':authority': undefined, host: 'x' })).toMatch(/\r\nHost: x\r\n/)
  expect(head({}, true)).toMatch(/\r\ntransfer-encoding: chunked\r\n/)
  expect(head({ 'content-length': '3' }, true)).not.toMatch(/chunked/)
})

test.each([
  { 'x-a': 'b\r\nx: y' },
  { 'x-a': 'b\0' },
  { ':path': '/\r\n' },
  { ':authority': 'h\r\nx: y' },
  { host: 'other' },
  { 'transfer-encoding': 'chunked' },
  { ':path': 'x' },
  { ':path': '*' },
  { ':path': undefined },
  { ':method': 'CONNECT' },
])('%j is malformed', (fields) => {
  expect(head(fields)).toBeUndefined()
})
