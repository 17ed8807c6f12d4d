import { AbortError } from '../errors.js'
import type { Request } from '../http/request.js'
import type { Response } from '../http/response.js'

/** One request of a PipelineClient. After it was given up it keeps its place until its response has gone by. */
export class PipelineCall {
  readonly promise: Promise<Response>
  readonly request: Request
  readonly method: string
  readonly head: string
  /** Milliseconds since the epoch, 0 for no limit. */
  readonly deadline: number
  /** `null` once the call has settled. */
  response: Response | null
  /** Makes the connection forget a call that is not sent yet. */
  onGivenUp: ((call: PipelineCall) => void) | null = null
  #resolve!: (response: Response) => void
  #reject!: (err: unknown) => void
  #signal: AbortSignal | null = null

  constructor(request: Request, response: Response, head: string, deadline: number) {
    this.request = request
    this.method = request.header.method()
    this.response = response
    this.head = head
    this.deadline = deadline
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Settles when `signal` aborts; `false` when it has already. */
  watch(signal: AbortSignal): boolean {
    this.#signal = signal
    if (signal.aborted) this.handleEvent()
    else signal.addEventListener('abort', this)
    return !signal.aborted
  }

  /** Listener of the signal. */
  handleEvent(): void {
    this.fail(new AbortError(undefined, { cause: this.#signal?.reason }))
  }

  succeed(): void {
    const response = this.response
    if (response === null) return
    this.#done()
    this.#resolve(response)
  }

  fail(err: Error): void {
    if (this.response === null) return
    this.#done()
    this.#reject(err)
    this.onGivenUp?.(this)
  }

  #done(): void {
    this.response = null
    this.#signal?.removeEventListener('abort', this)
  }
}
