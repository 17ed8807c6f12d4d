import type { FormValueFunc } from './form-value.js'
import { RequestCtx, type CtxOwner } from './request-ctx.js'

/** Kept for reuse; more than the requests a process has in hand at a time would only hold memory. */
const MAX_POOLED = 1024

/** Contexts that wait for a request. */
export class CtxPool {
  readonly #free: RequestCtx[] = []
  readonly #normalize: boolean
  readonly #formValueFunc: FormValueFunc | undefined

  constructor(normalize: boolean, formValueFunc?: FormValueFunc) {
    this.#normalize = normalize
    this.#formValueFunc = formValueFunc
  }

  acquire(owner: CtxOwner | null): RequestCtx {
    const ctx = this.#free.pop() ?? this.#create()
    ctx._owner = owner
    return ctx
  }

  release(ctx: RequestCtx): void {
    ctx.reset()
    ctx._owner = null
    if (this.#free.length < MAX_POOLED) this.#free.push(ctx)
  }

  #create(): RequestCtx {
    const ctx = new RequestCtx()
    if (this.#formValueFunc !== undefined) ctx._formValueFunc = this.#formValueFunc
    if (!this.#normalize) {
      ctx.request.header.disableNormalizing()
      ctx.response.header.disableNormalizing()
    }
    return ctx
  }
}
