import { get, type Case } from '../helpers/compare.js'

const EXPECTED = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n'
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'

/** Ends of connections and bodies behind answers, and answers that the client takes slowly. */
export const endingCases: Case[] = [
  ...[
    ['no body', EXPECTED],
    ['part of the body', EXPECTED + 'half'],
  ].map(([what, text]): Case => ({
    name: `the client ends with ${String(what)} behind the answer`,
    closes: true,
    client: (client) => client.end(text),
    handler: (_req, res) => res.end('answer'),
  })),
  {
    name: 'a broken chunk behind the answer',
    closes: true,
    client: async (client) => {
      client.write(CHUNKED + '3\r\nabc\r\n')
      await client.until(/answer/)
      client.write('xx\r\n')
    },
    handler: (_req, res) => res.end('answer'),
  },
  {
    name: 'the client ends with no body while the answer is under way',
    closes: true,
    client: (client) => client.end(EXPECTED),
    handler: (_req, res) => void res.write('begun'),
  },
  {
    name: 'the client ends with no body behind an answer in pieces',
    closes: true,
    client: (client) => client.end(EXPECTED),
    handler: (_req, res) => {
      res.write('one')
      res.end('two')
    },
  },
  ...[undefined, 'called'].map((callback): Case => ({
    name: `pipelined: answers above the high-water mark, ${callback ?? 'not called'} back`,
    manual: true,
    unobserved: true,
    client: async (client, probe) => {
      client.write(get('/1') + get('/2') + get('/3'))
      await client.until(/(?:b!.*){3}/s)
      probe.done()
    },
    handler: (req, res, probe) => {
      res.on('finish', () => probe.log(`${String(req.url)} finished`))
      const body = 'b'.repeat(30_000) + '!'
      if (callback === undefined) res.end(body)
      else res.end(body, () => probe.log(`${String(req.url)} ${callback}`))
    },
  })),
]
