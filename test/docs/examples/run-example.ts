import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A running example, with the sources of this project in place of the built package. */
export class Example {
  readonly process: ChildProcess
  output = ''
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
  #look: (() => void)[] = []

  constructor(file: string, ...args: string[]) {
    this.process = spawn(
      process.execPath,
      ['--import', 'tsx', `${root}docs/examples/${file}`, ...args],
      {
        cwd: root,
        env: {
          ...process.env,
          PORT: '0',
          TSX_TSCONFIG_PATH: fileURLToPath(new URL('tsconfig.json', import.meta.url)),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }
    )
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      stream.on('data', (text) => {
        this.output += String(text)
        for (const look of this.#look.splice(0)) look()
      })
    }
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code) => {
        resolve(code)
        for (const look of this.#look.splice(0)) look()
      })
    })
  }

  /** What the output matches, once it does. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match !== null) return match
      if (this.process.exitCode !== null)
        throw new Error(`ended without ${pattern}: ${this.output}`)
      await new Promise<void>((resolve) => this.#look.push(resolve))
    }
  }

  /** The port it says that it listens on. */
  async port(): Promise<number> {
    const [, port] = await this.said(/https?:\/\/localhost:(\d+)/)
    return Number(port)
  }

  /** @returns the exit code */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.process.kill(signal)
    return this.ended
  }
}
