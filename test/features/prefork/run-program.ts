import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = `${root}.tmp/prefork`

/** How the program is started: as bundles, and as it stands through tsx. */
export type Form = 'mjs' | 'cjs' | 'tsx'

const built = new Map<Form, Promise<string[]>>()

async function compile(form: Form): Promise<string[]> {
  const entry = `${root}test/features/prefork/program.ts`
  if (form === 'tsx') return ['--import', 'tsx', entry]
  mkdirSync(folder, { recursive: true })
  const outfile = `${folder}/program-${process.pid}.${form}`
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    format: form === 'mjs' ? 'esm' : 'cjs',
  })
  return [outfile]
}

export interface Event {
  event: string
  pid: number
  [name: string]: unknown
}

/** A running program and what it said. */
export class Program {
  readonly process: ChildProcess
  readonly events: Event[] = []
  log = ''
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>
  #look: (() => void)[] = []

  private constructor(args: string[], settings: object) {
    this.process = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, SETTINGS: JSON.stringify(settings) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    createInterface(this.process.stdout!).on('line', (line) => {
      this.events.push(JSON.parse(line) as Event)
      this.#changed()
    })
    this.process.stderr!.on('data', (text) => {
      this.log += String(text)
      this.#changed()
    })
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code, signal) => {
        resolve(code ?? signal)
        this.#changed()
      })
    })
  }

  static async start(settings: object = {}, form: Form = 'mjs'): Promise<Program> {
    if (!built.has(form)) built.set(form, compile(form))
    return new Program(await built.get(form)!, settings)
  }

  /** The first event of that name, once it is there. */
  async event(name: string, nth = 1): Promise<Event> {
    return this.until(
      `event ${name}`,
      () => this.events.filter(({ event }) => event === name)[nth - 1]
    )
  }

  /** What `look` finds in the events or the log, once it finds something. */
  async until<T>(what: string, look: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined && found !== false) return found
      if (this.process.exitCode !== null || this.process.signalCode !== null) {
        await this.ended
        const last = look()
        if (last !== undefined && last !== false) return last
        throw new Error(`ended without ${what}: ${this.log} ${JSON.stringify(this.events)}`)
      }
      await new Promise<void>((resolve) => {
        this.#look.push(resolve)
        // A process may end between its last word and this.
        void this.ended.then(() => resolve())
      })
    }
  }

  async ready(): Promise<{ port: number; pids: number[] }> {
    const { address, pids } = await this.event('ready')
    return { port: (address as { port: number }).port, pids: pids as number[] }
  }

  #changed(): void {
    for (const look of this.#look.splice(0)) look()
  }
}
