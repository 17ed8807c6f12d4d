import { InvalidOptionError, NoAvailableClientsError } from '../errors.js'
import type { Request } from '../http/request.js'
import { Response } from '../http/response.js'
import { checkLBClientNames } from './option-names.js'
import type { CallOptions } from './options.js'

/** Client that an {@link LBClient} can use: HostClient, PipelineClient or one of your own. Go: `BalancingClient`. */
export interface BalancingClient {
  doDeadline(
    req: Request,
    resp: Response | null | undefined,
    deadline: Date | number,
    options?: CallOptions
  ): Promise<Response>
  /** Calls that have not settled. */
  pendingRequests(): number
}

/** Options of an {@link LBClient}. */
export interface LBClientOptions {
  /** Clients to choose from; at least one. */
  clients: readonly BalancingClient[]
  /** Was the call a success? An unhealthy client gets less to do for a while. By default one without an error was. */
  healthCheck?: (req: Request, resp: Response, err: Error | undefined) => boolean
  /** Milliseconds for a call of `do`. @default 1000 */
  timeout?: number
}

/** Go: `DefaultLBClientTimeout`. */
export const DefaultLBClientTimeout = 1000

const PENALTY_MS = 3000
const MAX_PENALTY = 300

/** A client and what speaks against it. */
class Balanced {
  readonly client: BalancingClient
  penalty = 0
  /** Calls that ended without a penalty. */
  total = 0

  constructor(client: BalancingClient) {
    this.client = client
  }

  get load(): number {
    return this.client.pendingRequests() + this.penalty
  }

  /** Counts against the client for {@link PENALTY_MS}. `false` when it has all it can have. */
  punish(): boolean {
    if (this.penalty >= MAX_PENALTY) return false
    this.penalty++
    setTimeout(() => this.penalty--, PENALTY_MS).unref()
    return true
  }
}

/**
 * Spreads calls over clients: each goes to the one with the fewest pending calls, failures of the last seconds counted as such, and
 * among equals to the one that served least. Go: `LBClient`.
 */
export class LBClient {
  #clients: Balanced[]
  readonly #healthCheck: NonNullable<LBClientOptions['healthCheck']>
  readonly #timeout: number

  /** Throws `FH_ERR_INVALID_OPTION` when there are no clients, and for an option that is unknown. */
  constructor(options: LBClientOptions) {
    checkLBClientNames(options)
    const { clients, healthCheck, timeout = 0 } = options
    if (!Array.isArray(clients) || clients.length === 0)
      throw new InvalidOptionError('clients must not be empty')
    this.#clients = clients.map((client: BalancingClient) => new Balanced(client))
    this.#healthCheck = healthCheck ?? ((_req, _resp, err) => err === undefined)
    this.#timeout = timeout > 0 ? timeout : DefaultLBClientTimeout
  }

  /** Sends `req` through one of the clients, within `timeout`. Rejects as that does, and with `FH_ERR_NO_AVAILABLE_CLIENTS`. */
  do(req: Request, resp?: Response | null, options?: CallOptions): Promise<Response> {
    return this.doTimeout(req, resp, this.#timeout, options)
  }

  /** As {@link do}, within `ms` milliseconds. */
  doTimeout(
    req: Request,
    resp: Response | null | undefined,
    ms: number,
    options?: CallOptions
  ): Promise<Response> {
    return this.doDeadline(req, resp, Date.now() + ms, options)
  }

  /** As {@link do}, until `deadline`. */
  async doDeadline(
    req: Request,
    resp: Response | null | undefined,
    deadline: Date | number,
    options?: CallOptions
  ): Promise<Response> {
    const chosen = this.#choose()
    const response = resp ?? new Response()
    let err: Error | undefined
    try {
      await chosen.client.doDeadline(req, response, deadline, options)
    } catch (thrown) {
      err = thrown as Error
    }
    const healthy = this.#healthCheck(req, response, err)
    if (healthy || !chosen.punish()) chosen.total++
    if (err !== undefined) throw err
    return response
  }

  /** Calls of all clients that have not settled. */
  pendingRequests(): number {
    let n = 0
    for (const { client } of this.#clients) n += client.pendingRequests()
    return n
  }

  /** Adds a client; returns how many there are. */
  addClient(client: BalancingClient): number {
    return this.#clients.push(new Balanced(client))
  }

  /** Removes the clients `predicate` is true for; returns how many are left. */
  removeClients(predicate: (client: BalancingClient) => boolean): number {
    this.#clients = this.#clients.filter(({ client }) => !predicate(client))
    return this.#clients.length
  }

  #choose(): Balanced {
    let best: Balanced | undefined
    let bestLoad = 0
    for (const candidate of this.#clients) {
      const load = candidate.load
      if (
        best === undefined ||
        load < bestLoad ||
        (load === bestLoad && candidate.total < best.total)
      ) {
        best = candidate
        bestLoad = load
      }
    }
    if (best === undefined) throw new NoAvailableClientsError()
    return best
  }
}
