import type { Request } from '../http/request.js'
import type { Response } from '../http/response.js'
import type { HostClient } from './host-client.js'

/** How an exchange ended. */
export interface RoundTripResult {
  /** The exchange failed in a way that allows for another attempt. */
  retry: boolean
  err?: Error
}

/** Makes one exchange: sends `req` and fills `resp`. Go: `RoundTripper`. */
export interface RoundTripper {
  roundTrip(client: HostClient, req: Request, resp: Response): Promise<RoundTripResult>
}
