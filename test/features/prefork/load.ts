import http from 'node:http'

/** What clients met. */
export interface Outcome {
  requests: number
  /** Processes that answered. */
  pids: Set<string>
  failures: string[]
  /** Answers that announced the end of their connection. */
  closes: number
}

/** Clients that ask without a pause until they are stopped. Each waits for an answer before it asks again. */
export class Load {
  readonly outcome: Outcome = { requests: 0, pids: new Set(), failures: [], closes: 0 }
  #stopped = false
  readonly #clients: Promise<void>[] = []

  /**
   * @param paths - each has a client of its own on a connection that is kept, and one that connects for every request
   */
  constructor(port: number, paths: string[]) {
    for (const path of paths) {
      this.#clients.push(this.#ask(port, path, new http.Agent({ keepAlive: true, maxSockets: 1 })))
      this.#clients.push(this.#ask(port, path, new http.Agent({ keepAlive: false })))
    }
  }

  /** Resolves when every client has its last answer. */
  async stop(): Promise<Outcome> {
    this.#stopped = true
    await Promise.all(this.#clients)
    return this.outcome
  }

  async #ask(port: number, path: string, agent: http.Agent): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#once(port, path, agent)
      } catch (err) {
        this.outcome.failures.push(`${path}: ${(err as Error).message}`)
      }
    }
    agent.destroy()
  }

  #once(port: number, path: string, agent: http.Agent): Promise<void> {
    const { outcome } = this
    return new Promise((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, path, agent }, (response) => {
        let body = ''
        response.on('data', (text) => (body += String(text)))
        response.on('error', reject)
        response.on('end', () => {
          outcome.requests++
          if (response.statusCode === 200) outcome.pids.add(body)
          else outcome.failures.push(`status ${response.statusCode}`)
          if (
            (agent as http.Agent & { keepAlive: boolean }).keepAlive &&
            response.headers.connection === 'close'
          )
            outcome.closes++
          resolve()
        })
      })
      request.on('error', reject)
    })
  }
}
