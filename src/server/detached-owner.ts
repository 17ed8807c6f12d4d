import { HijackedError } from '../errors.js'
import type { Conn } from '../net/conn.js'
import type { Exchange } from './exchange.js'
import type { CtxOwner, Logger } from './request-ctx.js'

const SILENT: Logger = { printf() {} }

/** Stands in for a connection's server where a ctx was made by hand, in a test or a server of one's own. */
export class DetachedOwner implements CtxOwner {
  readonly conn: Conn | undefined
  readonly logger: Logger
  readonly connID = 0
  readonly requestNum = 0
  readonly connTime = Date.now()
  readonly requestTime = this.connTime
  readonly #signal = new AbortController().signal

  constructor(conn: Conn | undefined, logger: Logger = SILENT) {
    this.conn = conn
    this.logger = logger
  }

  signalOf(): AbortSignal {
    return this.#signal
  }

  take(): Exchange {
    throw new HijackedError('ctx has no connection')
  }

  rawHeaders(): undefined {
    return undefined
  }

  earlyHints(): void {}

  onShutdown(): () => void {
    return () => {}
  }
}
