import type { Request } from '../http/request.js'
import type { Response } from '../http/response.js'
import type { GetOptions, PostBody } from './base-client.js'
import { Client } from './client.js'
import type { GetResult } from './get-result.js'
import type { CallOptions } from './options.js'

/** Client behind the functions of this file, with all options at their defaults: no time limits among them. */
const defaultClient = new Client()

/** {@link Client.do} of the default client; exported as `do` too. Go: `Do`. */
export function doRequest(
  req: Request,
  resp?: Response | null,
  options?: CallOptions
): Promise<Response> {
  return defaultClient.do(req, resp, options)
}

/** {@link Client.doTimeout} of the default client. */
export function doTimeout(
  req: Request,
  resp: Response | null | undefined,
  ms: number,
  options?: CallOptions
): Promise<Response> {
  return defaultClient.doTimeout(req, resp, ms, options)
}

/** {@link Client.doDeadline} of the default client. */
export function doDeadline(
  req: Request,
  resp: Response | null | undefined,
  deadline: Date | number,
  options?: CallOptions
): Promise<Response> {
  return defaultClient.doDeadline(req, resp, deadline, options)
}

/** {@link Client.doRedirects} of the default client. */
export function doRedirects(
  req: Request,
  resp: Response | null | undefined,
  max: number,
  options?: CallOptions
): Promise<Response> {
  return defaultClient.doRedirects(req, resp, max, options)
}

/** {@link Client.get} of the default client. */
export function get(url: string | URL, options?: GetOptions): Promise<GetResult> {
  return defaultClient.get(url, options)
}

/** {@link Client.getTimeout} of the default client. */
export function getTimeout(
  url: string | URL,
  ms: number,
  options?: GetOptions
): Promise<GetResult> {
  return defaultClient.getTimeout(url, ms, options)
}

/** {@link Client.getDeadline} of the default client. */
export function getDeadline(
  url: string | URL,
  deadline: Date | number,
  options?: GetOptions
): Promise<GetResult> {
  return defaultClient.getDeadline(url, deadline, options)
}

/** {@link Client.post} of the default client. */
export function post(url: string | URL, body?: PostBody, options?: GetOptions): Promise<GetResult> {
  return defaultClient.post(url, body, options)
}
