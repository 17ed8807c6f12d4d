import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { matchesIntegrity } from '../../src/client/integrity.js'

const CONTENT = Buffer.from('content')
const hash = (algorithm: string, content: string | Buffer = CONTENT): string =>
  `${algorithm}-${createHash(algorithm).update(content).digest('base64')}`
const urlSafe = (text: string): string => text.replace(/\+/g, '-').replace(/\//g, '_')

test.each([
  ['nothing', '', true],
  ['sha256', hash('sha256'), true],
  ['sha384', hash('sha384'), true],
  ['sha512', hash('sha512'), true],
  ['in capitals', hash('sha256').replace('sha256', 'SHA256'), true],
  ['base64 for URLs', hash('sha512').replace(/-.*/, (text) => '-' + urlSafe(text.slice(1))), true],
  ['options', hash('sha256') + '?ct=text/plain', true],
  ['of something else', hash('sha256', 'else'), false],
  ['cut', hash('sha256').slice(0, 20), false],
  ['one of two', `${hash('sha256', 'else')} ${hash('sha256')}`, true],
  ['the weaker one is right', `${hash('sha256')} ${hash('sha512', 'else')}`, false],
  ['the stronger one is right', ` ${hash('sha512')}  ${hash('sha256', 'else')} `, true],
  ['an algorithm nobody knows', 'md5-AAAA', true],
  ['beside one that counts', `md5-AAAA ${hash('sha256', 'else')}`, false],
  ['no hash at all', 'what is this', true],
])('%s', (_, metadata, expected) => {
  expect(matchesIntegrity(CONTENT, metadata)).toBe(expected)
})
