import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  CLIENT_DEFAULTS,
  FIFO,
  LIFO,
  resolveClientOptions,
  type ClientOptions,
} from '../../src/client/options.js'
import { PIPELINE_DEFAULTS } from '../../src/client/pipeline-client.js'

describe('defaults', () => {
  test('are those of Go, but for the larger head', () => {
    expect(resolveClientOptions({})).toEqual({ ...CLIENT_DEFAULTS, name: 'fasthttp' })
    expect(CLIENT_DEFAULTS).toMatchObject({
      maxConns: 512,
      maxIdleConnDuration: 10_000,
      maxIdempotentCallAttempts: 5,
      readTimeout: 0,
      writeTimeout: 0,
      maxConnWaitTimeout: 0,
      connPoolStrategy: FIFO,
    })
  })

  test.each<[string, object, string, unknown]>([
    ['undefined', { readTimeout: undefined }, 'readTimeout', 0],
    ['zero where it means nothing', { maxConns: 0 }, 'maxConns', 512],
    ['negative', { maxIdleConnDuration: -1 }, 'maxIdleConnDuration', 10_000],
    ['zero as no limit', { readTimeout: 0 }, 'readTimeout', 0],
    ['a name', { name: 'x' }, 'name', 'x'],
    ['no name', { noDefaultUserAgentHeader: true }, 'name', ''],
    ["Go's spelling", { maxIdemponentCallAttempts: 3 }, 'maxIdempotentCallAttempts', 3],
    [
      'both spellings',
      { maxIdemponentCallAttempts: 3, maxIdempotentCallAttempts: 7 },
      'maxIdempotentCallAttempts',
      7,
    ],
    ['LIFO', { connPoolStrategy: LIFO }, 'connPoolStrategy', LIFO],
  ])('%s', (_, options, name, value) => {
    expect(resolveClientOptions(options)).toMatchObject({ [name]: value })
  })
})

describe('refused', () => {
  test.each<[object, string]>([
    [{ readTimeout: '5' }, 'FH_ERR_INVALID_OPTION'],
    [{ readTimeout: NaN }, 'FH_ERR_INVALID_OPTION'],
    [{ name: 1 }, 'FH_ERR_INVALID_OPTION'],
    [{ dialDualStack: 1 }, 'FH_ERR_INVALID_OPTION'],
    [{ dial: {} }, 'FH_ERR_INVALID_OPTION'],
    [{ retryIf: true }, 'FH_ERR_INVALID_OPTION'],
    [{ connPoolStrategy: 2 }, 'FH_ERR_CONN_POOL_STRATEGY_NOT_IMPL'],
  ])('%j', (options, code) => {
    expect(() => resolveClientOptions(options as ClientOptions)).toThrow(
      expect.objectContaining({ code })
    )
  })
})

test('every option stands in the reference', () => {
  const page = readFileSync(new URL('../../docs/reference/client.md', import.meta.url), 'utf8')
  const source = readFileSync(new URL('../../src/client/options.ts', import.meta.url), 'utf8')
  const declared = [...source.matchAll(/\*\/\n {2}(\w+)\?: /g)].map(([, name]) => name!)
  expect(declared.length).toBeGreaterThan(30)
  const names = [...declared, ...Object.keys(CLIENT_DEFAULTS), ...Object.keys(PIPELINE_DEFAULTS)]
  expect(names.filter((name) => !page.includes(`\`${name}`))).toEqual([])
})
