import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectTCP, serve, type Served } from '../helpers/raw-client.js'
import { parseResponses } from '../helpers/responses.js'
import { wireExamples, type SeenRequest } from '../helpers/wire-fixtures.js'
import { runExample, witnessOptions, type Outcome, type Witness } from './run-example.js'

/** Mutated requests to send: FASTHTTP_FUZZ_RUNS=200000 for the long run. FASTHTTP_FUZZ_SEED repeats one. */
const RUNS = Number(process.env['FASTHTTP_FUZZ_RUNS'] ?? 5000)
const SEED = Number(process.env['FASTHTTP_FUZZ_SEED'] ?? 20260817)
/** Of these, how many node:http gets too: it needs a socket for each. */
const NODE_SHARE = 10

const corpus = wireExamples().map((example) => example.raw.slice(0, 400))

/** Bytes and tokens that parsers have been known to stumble over. */
const SPLICES = [
  ...'\r\n\t\0 :;,=/"\x0b\x0c\x7f\x80\x85\xa0\xff0aZ-_',
  '\r\n',
  '\n\n',
  '\r\r\n',
  '\r\n\r\n',
  ' \r\n',
  '\r\n ',
  '\r\n\t',
  'Content-Length: 3\r\n',
  'Content-Length: 0\r\n',
  'content-length:+1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Transfer-Encoding : chunked\r\n',
  'Connection: close\r\n',
  'Host: b\r\n',
  'Expect: 100-continue\r\n',
  '0\r\n\r\n',
  '3\r\nabc\r\n',
  'fffffffffffffff\r\n',
  ';a=b',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'HTTP/1.0',
  'HTTP/1.1',
  'HTTP/2.0',
  'http://b/',
  '%00',
  '../',
]

const mutation = fc.record({
  kind: fc.constantFrom('insert', 'replace', 'delete', 'repeat', 'cut', 'append'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 12 }),
  splice: fc.constantFrom(...SPLICES),
  other: fc.nat(corpus.length - 1),
})

const mutated = fc
  .tuple(fc.nat(corpus.length - 1), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([start, mutations]) => {
    let raw = corpus[start]!
    for (const { kind, at, length, splice, other } of mutations) {
      const i = Math.floor(at * raw.length)
      const [head, tail] = [raw.slice(0, i), raw.slice(i)]
      if (kind === 'insert') raw = head + splice + tail
      else if (kind === 'replace') raw = head + splice + tail.slice(splice.length)
      else if (kind === 'delete') raw = head + tail.slice(length)
      else if (kind === 'repeat') raw = head + tail.slice(0, length) + tail
      else if (kind === 'cut') raw = head
      else raw += corpus[other]!
    }
    return raw
  })

const witness: Witness = { seen: [], peek: () => undefined }
let served: Served
beforeAll(async () => {
  served = await serve(witnessOptions(witness, 'sync'), 'in memory')
})
afterAll(() => served.close())

/** Sends `parts`, then closes the writing side: the server must answer, and close. */
async function send(parts: string[]): Promise<Outcome> {
  const example = {
    name: '',
    file: '',
    title: '',
    section: '',
    raw: '',
    seen: [],
    fields: [],
    statuses: [],
    end: 'eof' as const,
    node: undefined,
  }
  return runExample(await served.connect(), witness, example, parts)
}

/** A request as a client would write it. */
function serialize({ method, target, body, trailers }: SeenRequest): string {
  const host = method === 'CONNECT' ? target : 'a'
  let raw = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n`
  if (body !== '') raw += `${body.length.toString(16)}\r\n${body}\r\n`
  raw += '0\r\n'
  for (let i = 0; i < trailers.length; i += 2) raw += `${trailers[i]}: ${trailers[i + 1]}\r\n`
  return raw + '\r\n'
}

test(`${RUNS} mutated requests`, { timeout: 60_000 + RUNS * 20 }, async () => {
  await fc.assert(
    fc.asyncProperty(mutated, fc.double({ min: 0, max: 1, noNaN: true }), async (raw, at) => {
      // Strictly parsed there: no answer is malformed, and nothing hangs.
      const outcome = await send([raw])
      const { seen, statuses } = outcome

      // One final answer for each request, and at most one more for an error, which is the last.
      const finals = statuses.filter((status) => status >= 200)
      expect(finals.length - seen.length).toBeGreaterThanOrEqual(0)
      expect(finals.length - seen.length).toBeLessThanOrEqual(1)
      if (!seen.some(({ target }) => target === '/status/500')) expect(statuses).not.toContain(500)

      // Where the bytes were cut means nothing.
      const cut = Math.floor(at * raw.length)
      expect(await send([raw.slice(0, cut), raw.slice(cut)])).toEqual(outcome)

      // What the handler saw is a request that means the same.
      if (seen.length > 0) {
        const again = await send([seen.map(serialize).join('')])
        expect(again.seen).toEqual(seen)
      }
    }),
    { numRuns: RUNS, seed: SEED }
  )
})

test('agrees with node:http on what both accept', { timeout: 60_000 + RUNS * 20 }, async () => {
  const node = await serveNode()
  await fc.assert(
    fc.asyncProperty(mutated, async (raw) => {
      const ours = await send([raw])
      const theirs = await node.send(raw)
      // Each may refuse what the other accepts; of the requests both answered, neither may see another one.
      const both = Math.min(ours.seen.length, theirs.length)
      expect(theirs.slice(0, both)).toEqual(ours.seen.slice(0, both))
    }),
    { numRuns: Math.ceil(RUNS / NODE_SHARE), seed: SEED }
  )
  await node.close()
})

async function serveNode(): Promise<{
  send(raw: string): Promise<SeenRequest[]>
  close(): Promise<void>
}> {
  let seen: SeenRequest[] = []
  const server = http.createServer({ maxHeaderSize: 1024 }, (req, res) => {
    const chunks: Buffer[] = []
    req.on('error', () => {})
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString('latin1')
      seen.push({ method: req.method!, target: req.url!, body, trailers: req.rawTrailers })
      res.end('ok')
    })
  })
  // It refuses expectations that it does not know, which has nothing to do with how requests are read.
  server.on('checkExpectation', (req, res) => server.emit('request', req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    async send(raw) {
      seen = []
      const client = await connectTCP(port)
      client.write(raw)
      client.end()
      await client.untilEnd()
      client.destroy()
      return seen
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

test('the response parser of these tests refuses what is malformed', () => {
  for (const text of [
    'HTTP/1.1 200\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nx',
    'HTTP/1.1 200 OK\r\nA : b\r\n\r\n',
  ]) {
    expect(() => parseResponses(text)).toThrow()
  }
})
