import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as adaptor from '../../adaptor/index.js'
import * as expvarhandler from '../../src/features/expvarhandler/index.js'
import * as fasthttputil from '../../src/features/fasthttputil/index.js'
import * as pprofhandler from '../../src/features/pprofhandler/index.js'
import * as prefork from '../../src/features/prefork/index.js'
import * as proxy from '../../src/features/proxy/index.js'
import * as reuseport from '../../src/features/reuseport/index.js'
import * as fasthttp from '../../src/index.js'

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const PACKAGES: Record<string, Record<string, unknown>> = {
  adaptor,
  expvarhandler,
  fasthttputil,
  pprofhandler,
  prefork,
  proxy,
  reuseport,
}

/** Where the option objects are declared; they leave nothing behind to import. */
const OPTIONS: Record<string, string> = {
  ClientOptions: read('src/client/options.ts'),
  FSOptions: read('src/features/fs/options.ts'),
  HostClientOptions: read('src/client/options.ts'),
  LBClientOptions: read('src/client/lb-client.ts'),
  PipelineClientOptions: read('src/client/options.ts') + read('src/client/pipeline-client.ts'),
  PreforkOptions: read('src/features/prefork/options.ts'),
  ServerOptions: read('src/server/options.ts'),
  TCPDialerOptions: read('src/net/dialer.ts'),
}

interface Row {
  go: string
  ts: string
}

/** The rows of the page's tables. */
const rows: Row[] = []
for (const line of read('docs/reference/go-symbols.md').split('\n')) {
  const [, go, ts] = /^\| (.*?) +\| (.*?) +\|$/.exec(line) ?? []
  if (go !== undefined && ts !== undefined && go !== 'Go' && !go.startsWith('--'))
    rows.push({ go, ts })
}

function isType(name: string): boolean {
  const index = read('src/index.ts')
  return new RegExp(`export (?:type )?\\{[^}]*\\b(?:type )?${name}\\b[^}]*\\}`).test(index)
}

/** Is there a member of that name on the objects of a class? */
function hasMember(owner: unknown, member: string): boolean {
  if (typeof owner !== 'function') return false
  if (member in (owner.prototype as object)) return true
  // What an object is made with: classes that need arguments have none of those in the table.
  return member in (new (owner as new () => object)() as object)
}

/** What is wrong with the name a row begins with; `undefined` when it is there. */
function problem(ts: string): string | undefined {
  const [, isTypeName, name] = /^(type )?`([^`]+)`/.exec(ts) ?? []
  if (name === undefined) return 'neither a name nor a reason'
  if (isTypeName !== undefined) return isType(name) ? undefined : `no type ${name}`
  const [path, sub] = name.includes(':') ? name.split(':').reverse() : [name]
  const [owner, member] = path!.split('.') as [string, string | undefined]
  const options = OPTIONS[owner]
  if (options !== undefined) {
    return new RegExp(`^ +(?:\\| ')?${member}(?:'|\\??:)`, 'm').test(options)
      ? undefined
      : `no option ${name}`
  }
  const exported = (sub === undefined ? fasthttp : PACKAGES[sub]!) as Record<string, unknown>
  if (!(owner in exported)) return `no export ${name}`
  return member === undefined || hasMember(exported[owner], member)
    ? undefined
    : `no member ${name}`
}

test('the page has a row for every symbol of the core package', () => {
  expect(rows.length).toBeGreaterThan(650)
  const seen = new Set<string>()
  for (const { go } of rows) {
    expect(seen.has(go), `${go} twice`).toBe(false)
    seen.add(go)
  }
})

test.each(rows)('$go', ({ ts }) => {
  if (/^– \S/.test(ts) || ts === 'planned' || ts === 'the same names') return
  expect(problem(ts)).toBeUndefined()
})

describe('a name that is missing is found', () => {
  test.each([
    '`noSuchFunction`',
    '`RequestCtx.noSuchMethod`',
    '`ServerOptions.noSuchOption`',
    '`fasthttputil:noSuchThing`',
    'type `NoSuchType`',
    'something',
  ])('%s', (ts) => {
    expect(problem(ts)).toBeDefined()
  })
})

test('getters of text have a twin that gives bytes', () => {
  const twins: [unknown, string][] = [
    [fasthttp.RequestCtx, 'method path requestURI host referer userAgent postBody formValue'],
    [fasthttp.Request, 'body'],
    [fasthttp.Response, 'body'],
    [
      fasthttp.RequestHeader,
      'method requestURI protocol host userAgent referer contentType contentEncoding cookie rawHeaders header peek trailerHeader',
    ],
    [
      fasthttp.ResponseHeader,
      'protocol statusMessage contentType contentEncoding server peekCookie header peek trailerHeader',
    ],
    [fasthttp.Args, 'peek peekMulti queryString'],
    [
      fasthttp.URI,
      'scheme host username password path pathOriginal queryString hash requestURI fullURI lastPathSegment',
    ],
    [fasthttp.Cookie, 'key value path domain cookie'],
  ]
  for (const [owner, names] of twins) {
    for (const name of names.split(' ')) {
      expect([hasMember(owner, name), hasMember(owner, `${name}Bytes`)], name).toEqual([true, true])
    }
  }
})

test.each([
  ['Header', 120],
  ['Status', 61],
  ['Method', 9],
])('%s… constants: %d', (prefix, count) => {
  const names = Object.keys(fasthttp).filter((name) => new RegExp(`^${prefix}[A-Z]`).test(name))
  expect(names).toHaveLength(count)
})
