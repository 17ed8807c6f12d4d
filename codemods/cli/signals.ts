const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Keeps signals that end the process waiting while files are in a state nobody asked for. */
export class HeldSignals {
  readonly #seen: NodeJS.Signals[] = []
  readonly #note = (signal: NodeJS.Signals): void => void this.#seen.push(signal)

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#note)
  }

  /** Whether one has come; also those that came while the thread was blocked. */
  async arrived(): Promise<boolean> {
    await turn()
    return this.#seen.length > 0
  }

  /** Lets the first of those that came act. */
  release(): void {
    void turn().then(() => {
      for (const signal of SIGNALS) process.off(signal, this.#note)
      if (this.#seen[0] !== undefined) process.kill(process.pid, this.#seen[0])
    })
  }
}

/** Signals are delivered between two turns of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}
