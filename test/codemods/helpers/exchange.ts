import http, { type RequestListener } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Exchange {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

interface Listening {
  listen(port: number, host: string, done: () => void): unknown
  address(): AddressInfo | string | null
  close(done?: () => void): unknown
}

/** What differs between any two servers and says nothing about a handler. */
const IGNORED = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
  'etag',
  'x-powered-by',
  // Ours names itself, as fasthttp does; node sends none.
  'server',
])

/** One request as a comment of a fixture gives it: `POST /path {"a":1}`. */
export interface Line {
  method: string
  path: string
  body: string | undefined
  headers: Record<string, string>
}

/** Reads `GET /path`, `POST /path {"json":1}`, `POST /path a=1` and `GET /path [x-a: 1; x-b: 2]`; `\r\n` in a body is a line break. */
export function parseLine(text: string): Line {
  const match = /^([A-Z]+) (\S+)(?: \[([^\]]*)\])?(?: (.*))?$/.exec(text)
  if (match === null) throw new Error(`not a request: ${text}`)
  const headers: Record<string, string> = {}
  for (const each of match[3]?.split(/;\s*(?=[\w-]+:)/) ?? []) {
    const at = each.indexOf(':')
    headers[each.slice(0, at).trim().toLowerCase()] = each.slice(at + 1).trim()
  }
  const body = match[4]?.replaceAll('\\r\\n', '\r\n')
  if (body !== undefined && headers['content-type'] === undefined) {
    headers['content-type'] =
      body.startsWith('{') || body.startsWith('[')
        ? 'application/json'
        : 'application/x-www-form-urlencoded'
  }
  return { method: match[1]!, path: match[2]!, body, headers }
}

/**
 * Serves `target`, an app or a server, sends the requests one after another and stops it.
 *
 * @param secure - over TLS
 */
export async function exchange(
  target: unknown,
  lines: readonly Line[],
  secure = false
): Promise<Exchange[]> {
  const server = (
    typeof target === 'function' ? http.createServer(target as RequestListener) : target
  ) as Listening
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const answers: Exchange[] = []
    for (const line of lines) answers.push(await send(port, line, secure))
    return answers
  } finally {
    await new Promise<void>((resolve) => void server.close(() => resolve()))
  }
}

function send(port: number, line: Line, secure: boolean): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(
      {
        port,
        host: '127.0.0.1',
        method: line.method,
        path: line.path,
        headers: { ...line.headers, host: 'app.test' },
        agent: false,
        rejectUnauthorized: false,
        timeout: 10_000,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const headers = Object.fromEntries(
            Object.entries(response.headers).filter(([name]) => !IGNORED.has(name))
          )
          const body = Buffer.concat(chunks).toString('latin1')
          resolve({ status: response.statusCode ?? 0, headers, body })
        })
      }
    )
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')))
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: 0, headers: {}, body: error.code ?? error.message })
    )
    request.end(line.body)
  })
}
