import { STATUS_CODES } from 'node:http'
import { describe, expect, test } from 'vitest'
import * as status from '../../src/http/status.js'
import { statusMessage } from '../../src/http/status.js'

const codes = Object.entries(status).flatMap(([name, value]): [string, number][] =>
  typeof value === 'number' ? [[name, value]] : []
)

/** Phrases that Go keeps from older documents. */
const OLDER: Record<number, string> = {
  413: 'Request Entity Too Large',
  414: 'Request URI Too Long',
  416: 'Requested Range Not Satisfiable',
}

describe('Status constants', () => {
  test('61 of them, each code once', () => {
    expect(codes).toHaveLength(61)
    expect(new Set(codes.map(([, code]) => code)).size).toBe(61)
  })

  test.each([
    ['StatusContinue', 100],
    ['StatusOK', 200],
    ['StatusFound', 302],
    ['StatusTeapot', 418],
    ['StatusRequestHeaderFieldsTooLarge', 431],
    ['StatusNetworkAuthenticationRequired', 511],
  ])('%s is %i', (name, code) => {
    expect(Object.fromEntries(codes)[name]).toBe(code)
  })
})

describe('statusMessage', () => {
  test.each(codes.map(([, code]) => [code]))('%i', (code) => {
    expect(statusMessage(code)).toBe(
      OLDER[code] ?? STATUS_CODES[code]?.replace("I'm a Teapot", "I'm a teapot")
    )
  })

  test.each([[0], [-1], [99], [306], [509], [512], [1000], [200.5], [NaN]])(
    'unknown: %d',
    (code) => {
      expect(statusMessage(code)).toBe('Unknown Status Code')
    }
  )
})
