import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CLIENT_DEFAULTS } from '../../src/client/options.js'
import { PIPELINE_DEFAULTS } from '../../src/client/pipeline-client.js'
import { ERRORS } from '../../src/errors.js'

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const page = read('docs/reference/client.md')

/** Cells of the rows that begin with a name in code, below the heading `start` and up to the text `end`. */
function rows(start: string, end: string): string[][] {
  const from = page.indexOf(start)
  const to = page.indexOf(end, from)
  expect([from, to]).not.toContain(-1)
  const lines = page
    .slice(from, to)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1'))
  )
}

/** Names of the members that an interface declares itself. */
function members(path: string, name: string): string[] {
  const source = read(path)
  const start = source.indexOf(`export interface ${name} `)
  expect(start).not.toBe(-1)
  const body = source.slice(source.indexOf('{\n', start), source.indexOf('\n}\n', start))
  return [...body.matchAll(/^ {2}(\w+)\??: /gm)].map((match) => match[1]!)
}

const UNITS: Record<string, RegExp> = {
  number: /^(?:bytes|milliseconds|connections|attempts|requests|redirects|dials|`FIFO` or `LIFO`)$/,
  boolean: /^boolean$/,
  string: /^string$/,
}

test.each([
  [
    'src/client/options.ts',
    'CommonClientOptions',
    'Of `Client` and `HostClient`:',
    'Of `Client` alone',
  ],
  ['src/client/options.ts', 'ClientOptions', 'Of `Client` alone', 'Of `HostClient` alone'],
  ['src/client/options.ts', 'HostClientOptions', 'Of `HostClient` alone', '## Connections'],
  ['src/client/lb-client.ts', 'LBClientOptions', '## LBClient', '## toFetch'],
  ['src/net/dialer.ts', 'TCPDialerOptions', '## TCPDialer', '## Proxies'],
  ['src/features/proxy/dialer.ts', 'ProxyDialerOptions', '`new Dialer(options)`', '## Errors'],
])('%s: every option of %s is on the page, once', (path, name, start, end) => {
  const named = rows(start, end).map(([option]) => option!)
  expect(named.sort()).toEqual(members(path, name).sort())
})

test('every option of a call is on the page, once', () => {
  const named = rows('### Options of a call', '### The request').map(([option]) => option!)
  const call = members('src/client/options.ts', 'CallOptions')
  expect(named.sort()).toEqual(
    [...call, ...members('src/client/base-client.ts', 'GetOptions')].sort()
  )
})

describe('unit and default of', () => {
  const documented = new Map(
    rows('Of `Client` and `HostClient`:', '## Connections').map(([name, ...rest]) => [name!, rest])
  )
  const pipeline = new Map(
    rows('## PipelineClient', '## LBClient').map(([name, ...rest]) => [name!, rest])
  )
  test.each([
    ...Object.entries(CLIENT_DEFAULTS).map(([name, value]) => ({ name, value, on: documented })),
    ...Object.entries(PIPELINE_DEFAULTS).map(([name, value]) => ({ name, value, on: pipeline })),
  ])('$name', ({ name, value, on }) => {
    const [unit, written, meaning] = on.get(name)!
    expect(written).toBe(typeof value === 'string' ? `'${value}'` : String(value))
    expect(unit).toMatch(UNITS[typeof value]!)
    expect(meaning).not.toBe('')
  })
})

test('every code among the errors exists', () => {
  const codes = page.slice(page.indexOf('## Errors')).match(/FH_ERR_\w+/g)!
  expect(codes.length).toBeGreaterThan(30)
  expect(codes.filter((code) => !(code in ERRORS))).toEqual([])
})

test('every error that client and dialers raise is on the page', () => {
  const classes = new Map(Object.entries(ERRORS).map(([code, { name }]) => [name, code]))
  const raised = new Set<string>()
  for (const path of [
    'src/client/base-client.ts',
    'src/client/body-sender.ts',
    'src/client/call.ts',
    'src/client/client-conn.ts',
    'src/client/client.ts',
    'src/client/conn-pool.ts',
    'src/client/get-result.ts',
    'src/client/host-client.ts',
    'src/client/host-dialer.ts',
    'src/client/lb-client.ts',
    'src/client/options.ts',
    'src/client/pipeline-client.ts',
    'src/client/pipeline-conn.ts',
    'src/client/redirect.ts',
    'src/client/request-head.ts',
    'src/client/response-errors.ts',
    'src/net/client-tls.ts',
    'src/net/dialer.ts',
    'src/features/proxy/connect.ts',
  ]) {
    for (const [, name] of read(path).matchAll(/new (\w+Error)\(/g)) {
      const code = classes.get(name!)
      if (code !== undefined) raised.add(code)
    }
  }
  expect([...raised].filter((code) => !page.includes(code))).toEqual([])
})
