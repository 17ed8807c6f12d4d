import type { RequestCtx, ServerOptions } from '../../src/index.js'
import type { RawClient } from '../helpers/raw-client.js'
import { turns } from '../helpers/raw-client.js'
import { parseResponses } from '../helpers/responses.js'
import type { SeenRequest, WireExample } from '../helpers/wire-fixtures.js'

/** What came of an example. */
export interface Outcome {
  seen: SeenRequest[]
  fields: [name: string, value: string][]
  statuses: number[]
  end: WireExample['end']
}

const PROBE = 'GET /--probe HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n'
/** A server of ours that has not closed by then does not. */
const PATIENCE_MS = 20_000
const isProbe = (request: SeenRequest): boolean => request.target === '/--probe'

/** Small limits, so that passing them takes few bytes. */
export const LIMITS = { readBufferSize: 1024, maxRequestBodySize: 64 }

/** Where a handler notes the requests of the connection under test. */
export interface Witness {
  seen: SeenRequest[]
  /** Value of a field of the last request. */
  peek: (name: string) => string | undefined
}

/** Options of a server whose handler notes what it sees and answers as fixtures/wire/request/responses.md says. */
export function witnessOptions(witness: Witness, style: 'sync' | 'async'): ServerOptions {
  const handle = (ctx: RequestCtx): void => {
    const { header } = ctx.request
    witness.seen.push({
      method: ctx.method(),
      target: ctx.requestURI(),
      body: ctx.postBodyBytes().toString('latin1'),
      trailers: [...header.trailers()].flat(),
    })
    if (!isProbe(witness.seen.at(-1)!)) {
      const values = new Map([...header.all()].reverse().map(([n, v]) => [n.toLowerCase(), v]))
      witness.peek = (name) => values.get(name.toLowerCase())
    }
    // None of these may throw, whatever was accepted.
    ctx.path()
    ctx.host()
    ctx.uri().fullURI()
    ctx.queryArgs().len()
    const status = /^\/status\/([2-5]\d\d)$/.exec(ctx.requestURI())
    if (status !== null) ctx.setStatusCode(Number(status[1]))
    ctx.setBody('ok')
  }
  return {
    ...LIMITS,
    logger: { printf() {} },
    handler:
      style === 'sync'
        ? handle
        : async (ctx) => {
            await new Promise((resolve) => setImmediate(resolve))
            handle(ctx)
          },
  }
}

/** Sends `parts` one after the other and tells what came of it. */
export async function runExample(
  client: RawClient,
  witness: Witness,
  example: WireExample,
  parts: readonly string[],
  patienceMs = PATIENCE_MS
): Promise<Outcome> {
  witness.seen = []
  witness.peek = () => undefined
  for (const part of parts) {
    client.write(part)
    // The next part must arrive in a read of its own.
    if (parts.length > 1) await turns(1)
  }
  let { end } = example
  if (end === 'open') client.write(PROBE)
  if (end === 'eof') {
    await turns(2)
    if (client.ended) end = 'closed'
    client.end()
  }
  let gaveUp = false
  const giveUp = setTimeout(() => {
    gaveUp = true
    client.end()
  }, patienceMs)
  await client.untilEnd()
  clearTimeout(giveUp)
  client.destroy()
  const probed = witness.seen.some(isProbe)
  if (gaveUp) end = 'open'
  else if (end === 'open' && !probed) end = 'closed'
  const methods = witness.seen.map((request) => request.method)
  // One more may have been refused before the handler saw it; of a HEAD, too, the answer has no body.
  const isHead = client.received.endsWith('\r\n\r\n') && parts.join('').includes('HEAD ')
  const responses = parseResponses(client.received, [...methods, isHead ? 'HEAD' : 'GET'])
  const statuses = responses.map((response) => response.status)
  if (probed && statuses.pop() !== 200) throw new Error('the probe was not answered with 200')
  return {
    seen: witness.seen.filter((request) => !isProbe(request)),
    fields: example.fields.map(([name]) => [name, witness.peek(name) ?? '(none)']),
    statuses,
    end,
  }
}

/** The outcome an example asks for. */
export function expected(example: WireExample): Outcome {
  const { seen, fields, statuses, end } = example
  return { seen, fields, statuses, end }
}

/** Where a request is worth splitting: everywhere, but for the middle of a long one. */
export function splits(raw: string): number[] {
  const offsets: number[] = []
  for (let i = 1; i < raw.length; i++) {
    if (i < 160 || i > raw.length - 60 || Math.abs(i - LIMITS.readBufferSize) < 4) offsets.push(i)
  }
  return offsets
}

/** Longest request that is sent byte by byte. */
export const MAX_BYTEWISE = 1200
