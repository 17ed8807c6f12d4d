import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { freePort } from './measure.js'

const WARM_UP = 4000
const REQUESTS = 2000
const CONNECTIONS = 8
/** Room for all that is allocated meanwhile, in MiB: nothing must be collected. */
const YOUNG_MIB = 128

/** What a server says of its heap. */
interface Heap {
  /** Bytes. */
  readonly used: number
  /** Garbage collections so far. */
  readonly collections: number
}

/**
 * Bytes that a server allocates on its heap for a request. Counted without any garbage collection in between, hence exact but for what
 * the engine itself allocates.
 */
export async function heapPerRequest(
  script: string,
  node: string,
  args: readonly string[],
  path: string
): Promise<number> {
  const port = await freePort()
  const child = fork(script, [String(port), ...args], {
    execPath: node,
    execArgv: [
      '--expose-gc',
      `--min-semi-space-size=${YOUNG_MIB}`,
      `--max-semi-space-size=${YOUNG_MIB}`,
    ],
  })
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  try {
    await once(child, 'message')
    const url = `http://127.0.0.1:${port}${path}`
    await send(url, agent, WARM_UP)
    const before = await heap(child, 'collect')
    await send(url, agent, REQUESTS)
    const after = await heap(child, 'look')
    return after.collections > before.collections ? NaN : (after.used - before.used) / REQUESTS
  } finally {
    agent.destroy()
    child.kill('SIGKILL')
  }
}

async function heap(child: ChildProcess, command: 'collect' | 'look'): Promise<Heap> {
  child.send(command)
  const [answer] = (await once(child, 'message')) as [Heap]
  return answer
}

async function send(url: string, agent: http.Agent, count: number): Promise<void> {
  let left = count
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const [res] = (await once(http.get(url, { agent }), 'response')) as [http.IncomingMessage]
      res.resume()
      await once(res, 'end')
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
}
