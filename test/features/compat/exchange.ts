import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { Server } from '../../../src/server/server.js'
import type { RequestHandler } from '../../../src/server/request-ctx.js'

/** What a test sends; the target goes out as it is. */
export interface TestRequest {
  method?: string
  target?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
}

/** What came back, without what says who answered and when. */
export interface TestResponse {
  status: number
  headers: Record<string, string | string[]>
  body: string
}

const IGNORED = ['date', 'connection', 'keep-alive', 'server', 'x-powered-by', 'transfer-encoding']

/** Sends one request and reads the whole answer. */
export function send(port: number, request: TestRequest): Promise<TestResponse> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', target = '/', headers = {}, body } = request
    const own =
      body === undefined || headers['Transfer-Encoding'] !== undefined
        ? {}
        : { 'Content-Length': Buffer.byteLength(body) }
    const outgoing = http.request(
      {
        port,
        host: '127.0.0.1',
        method,
        path: target,
        headers: { ...own, ...headers },
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const fields: Record<string, string | string[]> = {}
          for (const [name, value] of Object.entries(incoming.headers)) {
            if (!IGNORED.includes(name)) fields[name] = value!
          }
          resolve({
            status: incoming.statusCode!,
            headers: fields,
            body: Buffer.concat(chunks).toString('latin1'),
          })
        })
      }
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Something that listens. */
export interface Running {
  port: number
  close(): Promise<void>
}

/** Serves with our server. */
export async function serve(handler: RequestHandler, options = {}): Promise<Running> {
  const server = new Server({ handler, logger: { printf() {} }, ...options })
  return listen(server)
}

/** Serves with node:http. */
export async function serveNode(app: unknown): Promise<Running> {
  return listen(http.createServer(app as http.RequestListener))
}

async function listen(server: Server | http.Server): Promise<Running> {
  await new Promise<void>((resolve) =>
    (server as net.Server).listen(0, '127.0.0.1', () => resolve())
  )
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        ;(server as net.Server).close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
