/** Wake-ups closer to each other than this are made one. */
const SLACK_MS = 4

/**
 * One timer for many time limits: arming one is a comparison, as long as the timer goes off no later anyway. When it does, `sweep` looks
 * for what is over its time and tells when it wants to look again.
 */
export class DeadlineTimer {
  readonly #sweep: (now: number) => number
  #timer: NodeJS.Timeout | null = null
  #wake = Infinity

  /** @param sweep - gets the time in milliseconds since the epoch; returns that of the next limit, `Infinity` for none */
  constructor(sweep: (now: number) => number) {
    this.#sweep = sweep
  }

  /** Makes sure that a sweep happens at `at`, milliseconds since the epoch, or soon after. */
  arm(at: number): void {
    if (at + SLACK_MS < this.#wake) this.#schedule(at)
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#wake = Infinity
  }

  #schedule(at: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#wake = at
    this.#timer = setTimeout(this.#onTimer, Math.min(Math.max(1, at - Date.now()), 2 ** 31 - 1))
    // The sockets keep the process alive, as long as they are in use.
    this.#timer.unref()
  }

  readonly #onTimer = (): void => {
    this.#timer = null
    this.#wake = Infinity
    const next = this.#sweep(Date.now())
    if (next !== Infinity) this.arm(next)
  }
}
