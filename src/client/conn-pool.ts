import { NoFreeConnsError, TimeoutError, type FastHttpError } from '../errors.js'
import type { Call } from './call.js'
import { ClientConn } from './client-conn.js'
import { DeadlineTimer } from './deadline-timer.js'
import type { HostDialer } from './host-dialer.js'
import { LIFO, type ResolvedClientOptions } from './options.js'

/** After this time without use a connection no longer keeps the process alive. */
const UNREF_MS = 50

/** Somebody who waits for a connection of a transport of the user's. */
interface Borrower {
  /** As those of a {@link Call}. */
  deadline: number
  waitUntil: number
  take(conn: ClientConn): void
  fail(err: FastHttpError): void
}

/** The connections of one host: those in use, those that are idle, and the calls that wait for one. */
export class ConnPool {
  readonly options: ResolvedClientOptions
  readonly timer: DeadlineTimer
  maxConns: number
  readonly #dialer: HostDialer
  readonly #conns = new Set<ClientConn>()
  /** In the order in which they became idle. */
  readonly #idle: ClientConn[] = []
  /** First come, first served: calls that dial or wait. */
  readonly #waiting: (Call | Borrower)[] = []
  /** Connections that are being made, the oldest first. */
  readonly #dials: AbortController[] = []
  #closed = false
  /** A sweep comes within {@link UNREF_MS}. */
  #sweepsSoon = false
  /** When a connection was last asked for, in milliseconds since the epoch; up to {@link UNREF_MS} earlier under load. */
  lastUseTime = Date.now()

  constructor(dialer: HostDialer, options: ResolvedClientOptions) {
    this.#dialer = dialer
    this.options = options
    this.maxConns = options.maxConns
    this.timer = new DeadlineTimer((now) => this.#sweep(now))
  }

  /** Connections that are open or being made. */
  get size(): number {
    return this.#conns.size + this.#dials.length
  }
  get idleSize(): number {
    return this.#idle.length
  }

  /** Sends the request of `call` on a connection, at once or when there is one. */
  acquire(call: Call): void {
    if (!this.#sweepsSoon) this.lastUseTime = this.#sweepSoon()
    const conn = this.#takeIdle()
    if (conn !== undefined) return conn.start(call)
    const now = Date.now()
    if (this.size < this.maxConns) {
      this.#waiting.push(call)
      if (call.deadline !== 0) this.timer.arm(call.deadline)
      return this.#dial(call.deadline === 0 ? 0 : Math.max(1, call.deadline - now))
    }
    const wait = this.options.maxConnWaitTimeout
    if (wait <= 0) return call.onFail(new NoFreeConnsError(), false)
    call.waitUntil = now + wait
    this.#waiting.push(call)
    this.timer.arm(call.deadline === 0 ? call.waitUntil : Math.min(call.waitUntil, call.deadline))
  }

  /** A connection for a transport of the user's; see {@link acquire} for what it rejects with. */
  borrow(timeout: number): Promise<ClientConn> {
    return new Promise((resolve, reject) => {
      const idle = this.#takeIdle()
      const take = (conn: ClientConn): void => {
        conn.lend()
        resolve(conn)
      }
      if (idle !== undefined) return take(idle)
      const wait = this.options.maxConnWaitTimeout
      const full = this.size >= this.maxConns
      if (full && wait <= 0) return reject(new NoFreeConnsError())
      const now = Date.now()
      const deadline = timeout > 0 ? now + timeout : 0
      const waitUntil = full ? now + wait : 0
      this.#waiting.push({ deadline, waitUntil, take, fail: reject })
      for (const at of [deadline, waitUntil]) if (at !== 0) this.timer.arm(at)
      if (!full) this.#dial(timeout)
    })
  }

  /** `conn` is free: for the one who waits for longest, or idle. */
  release(conn: ClientConn): void {
    if (this.#closed || this.#conns.size > this.maxConns) return conn.close()
    const next = this.#waiting.shift()
    if (next === undefined) {
      this.#idle.push(conn)
      if (!this.#sweepsSoon) this.#sweepSoon()
    } else this.#give(conn, next)
  }

  /** `conn` is closed: one who waits may dial another. */
  remove(conn: ClientConn): void {
    if (!this.#conns.delete(conn)) return
    const i = this.#idle.indexOf(conn)
    if (i >= 0) this.#idle.splice(i, 1)
    this.#dialForWaiting()
  }

  /** `waiting` does not wait any more. */
  leave(waiting: Call | Borrower): void {
    const i = this.#waiting.indexOf(waiting)
    if (i < 0) return
    this.#waiting.splice(i, 1)
    this.#stopDials()
  }

  /** A dial that nobody waits for any more may be one that never ends: the youngest goes. */
  #stopDials(): void {
    while (this.#dials.length > this.#waiting.length) this.#dials.pop()!.abort()
  }

  closeIdle(): void {
    for (const conn of this.#idle.splice(0)) conn.close()
  }

  /** Keeps no connection any more: those in use or being made close when they are free. */
  close(): void {
    this.#closed = true
    this.closeIdle()
    this.#stopDials()
  }

  #takeIdle(): ClientConn | undefined {
    return this.options.connPoolStrategy === LIFO ? this.#idle.pop() : this.#idle.shift()
  }

  #give(conn: ClientConn, to: Call | Borrower): void {
    if ('take' in to) return to.take(conn)
    to.waitUntil = 0
    conn.start(to)
  }

  /** `waiting` gets no connection. */
  #giveUp(waiting: Call | Borrower, err: FastHttpError): void {
    this.leave(waiting)
    if ('take' in waiting) waiting.fail(err)
    else waiting.onFail(err, false)
  }

  #dialForWaiting(): void {
    while (this.#waiting.length > this.#dials.length && this.size < this.maxConns) this.#dial(0)
  }

  #dial(timeout: number): void {
    const dial = new AbortController()
    this.#dials.push(dial)
    /** `false` when it was stopped. */
    const ended = (): boolean => {
      const i = this.#dials.indexOf(dial)
      if (i >= 0) this.#dials.splice(i, 1)
      return i >= 0
    }
    this.#dialer.dial(timeout, dial.signal).then(
      ({ conn, addr }) => {
        if (!ended()) return conn.destroy()
        const made = new ClientConn(conn, this, addr)
        this.#conns.add(made)
        this.release(made)
      },
      (err: FastHttpError) => {
        if (!ended()) return
        // Whoever is left without a dial of its own fails; the others still have theirs.
        if (this.#waiting.length > this.#dials.length) {
          this.#giveUp(this.#waiting[0]!, err)
        }
        this.#dialForWaiting()
      }
    )
  }

  /** Returns the time, in milliseconds since the epoch. */
  #sweepSoon(): number {
    const now = Date.now()
    this.#sweepsSoon = true
    this.timer.arm(now + UNREF_MS)
    return now
  }

  /** Ends what is over its time; returns when to look again. */
  #sweep(now: number): number {
    this.#sweepsSoon = false
    let next = Infinity
    const due = (at: number): boolean => {
      if (at === 0) return false
      if (now >= at) return true
      if (at < next) next = at
      return false
    }
    for (const conn of this.#conns) {
      if (conn.isIdle) {
        if (conn.idleUntil === 0) conn.rest(now + this.options.maxIdleConnDuration)
        if (due(conn.idleUntil)) conn.close()
      } else if (due(conn.deadline)) conn.onDeadline(now)
    }
    for (const waiting of [...this.#waiting]) {
      if (due(waiting.deadline)) {
        if ('take' in waiting) this.#giveUp(waiting, new TimeoutError())
        else waiting.onDeadline()
      } else if (due(waiting.waitUntil))
        this.#giveUp(waiting, new NoFreeConnsError('none became free in time'))
    }
    return next
  }
}
