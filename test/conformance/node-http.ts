import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectTCP, type Served } from '../helpers/raw-client.js'
import { wireExamples, type WireExample } from '../helpers/wire-fixtures.js'
import { expected, LIMITS, runExample, type Outcome, type Witness } from './run-example.js'

/** What node:http makes of an example. */
export interface Comparison {
  example: WireExample
  /** Its outcome in the notation of the fixtures, or why it cannot be told. */
  node: string
  differs: boolean
}

/** node:http closes by itself, or not within this time. */
const PATIENCE_MS = 1500
/** Examples under way at a time. */
const PARALLEL = 40

/** Sends every wire example, whole, to node:http. */
export async function compareWithNode(): Promise<Comparison[]> {
  const examples = wireExamples()
  const comparisons: Comparison[] = []
  for (let i = 0; i < examples.length; i += PARALLEL) {
    comparisons.push(...(await Promise.all(examples.slice(i, i + PARALLEL).map(compare))))
  }
  return comparisons
}

async function compare(example: WireExample): Promise<Comparison> {
  const witness: Witness = { seen: [], peek: () => undefined }
  const served = await serveNode(witness)
  let node: string
  let differs = true
  try {
    const client = await served.connect()
    const outcome = await runExample(client, witness, example, [example.raw], PATIENCE_MS)
    node = describe(outcome)
    differs = node !== describe(expected(example))
  } catch (err) {
    node = `unreadable answer: ${(err as Error).message.replace(/ at \d+ of .*/, '')}`
  }
  await served.close()
  return { example, node, differs }
}

/** An outcome on one line: status codes, the connection, and what the handler saw where that is needed to tell two apart. */
export function describe(outcome: Outcome): string {
  const seen = outcome.seen.map(
    (r) => `${r.method} ${r.target} ${JSON.stringify([r.body, ...r.trailers])}`
  )
  return [...outcome.statuses, outcome.end, ...seen, ...outcome.fields.flat()].join(' ')
}

async function serveNode(witness: Witness): Promise<Served> {
  const server = http.createServer(
    { maxHeaderSize: LIMITS.readBufferSize, keepAliveTimeout: 60_000, noDelay: true },
    (req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (chunk: Buffer) => chunks.push(chunk))
      req.on('end', () => {
        witness.seen.push({
          method: req.method!,
          target: req.url!,
          body: Buffer.concat(chunks).toString('latin1'),
          trailers: req.rawTrailers,
        })
        if (req.url !== '/--probe') {
          witness.peek = (name) => req.headersDistinct[name.toLowerCase()]?.[0]
        }
        const status = /^\/status\/([2-5]\d\d)$/.exec(req.url!)
        if (status !== null) res.statusCode = Number(status[1])
        res.end('ok')
      })
    }
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    connect: () => connectTCP((server.address() as AddressInfo).port),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** docs/reference/conformance.md */
export function conformancePage(comparisons: Comparison[]): string {
  const byReason = new Map<string, Comparison[]>()
  for (const comparison of comparisons) {
    const { node } = comparison.example
    if (node !== undefined) byReason.set(node, [...(byReason.get(node) ?? []), comparison])
  }
  const different = [...byReason.values()].flat().length
  let page = `# Conformance

Every request of \`fixtures/wire/request\` must come to the outcome written beside it: ${comparisons.length} examples, whole, byte by
byte and split at every offset, over TCP, TLS and in memory, with synchronous and asynchronous handlers
(\`npx vitest run test/conformance\`; \`FASTHTTP_TEST_LONG=1\` splits at every offset over sockets too).

The same requests are sent to node:http of Node 20. ${comparisons.length - different} examples end alike; the ${different} that do
not are listed here with the reason. The list is generated from the fixtures and checked by
\`test/conformance/node-http.test.ts\` (\`FASTHTTP_UPDATE_DOCS=1\` rewrites it).

Outcomes are status codes and whether the server closes the connection.
`
  for (const [reason, group] of byReason) {
    page += `\n## ${reason}\n\n`
    for (const { example } of group) {
      page += `- ${escapeMarkdown(example.name)}: ${[...example.statuses, example.end].join(' ')}\n`
    }
  }
  return page
}

function escapeMarkdown(text: string): string {
  return text.replace(/[*_<>[\]`\\]/g, '\\$&')
}
