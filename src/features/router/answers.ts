import { STATUS_CODES } from 'node:http'
import { htmlPage } from '../../server/html-page.js'
import type { RequestCtx } from '../../server/request-ctx.js'

/**
 * Status an error asks for: its `status` or `statusCode` from 400 to 599, else the status of the response if that is such a one, else
 * 500.
 */
export function errorStatus(err: unknown, ctx: RequestCtx): number {
  if (typeof err === 'object' && err !== null) {
    const { status, statusCode } = err as { status?: unknown; statusCode?: unknown }
    if (isErrorStatus(status)) return status
    if (isErrorStatus(statusCode)) return statusCode
  }
  const current = ctx.response.statusCode()
  return isErrorStatus(current) ? current : 500
}

function isErrorStatus(status: unknown): status is number {
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600
}

/** Fields an error asks for, as `headers` of http-errors. */
export function setErrorHeaders(err: unknown, ctx: RequestCtx): void {
  const headers = (err as { headers?: unknown } | null)?.headers
  if (typeof headers !== 'object' || headers === null) return
  for (const [name, value] of Object.entries(headers)) {
    ctx.response.header.set(name, String(value))
  }
}

/** Reason phrase of a status: all a client learns about an error. */
export function statusText(status: number): string {
  return STATUS_CODES[status] ?? String(status)
}

/** Writes an error nobody handled to the server's log. */
export function logError(err: unknown, ctx: RequestCtx): void {
  ctx.logger().printf('%s', err instanceof Error ? (err.stack ?? err.message) : String(err))
}

/** Answers OPTIONS, or a method that a path does not serve, with the methods it does (RFC 9110, sections 9.3.7 and 15.5.6). */
export function answerAllowed(
  ctx: RequestCtx,
  status: 200 | 405,
  methods: readonly string[]
): void {
  const allow = methods.join(', ')
  ctx.setStatusCode(status)
  ctx.response.header.set('Allow', allow)
  ctx.response.header.set('X-Content-Type-Options', 'nosniff')
  ctx.setContentType('text/plain')
  ctx.setBody(status === 200 ? allow : statusText(status))
}

/** Answers in plain text, keeping the fields set so far: those for CORS must stand on errors too. */
export function answerText(ctx: RequestCtx, status: number, text: string): void {
  ctx.setStatusCode(status)
  ctx.setContentType('text/plain; charset=utf-8')
  ctx.setBody(text)
}

/** The page Express answers with when nothing handles a request or an error. */
export function answerDocument(ctx: RequestCtx, status: number, message: string): void {
  ctx.setStatusCode(status)
  ctx.response.header.set('Content-Security-Policy', "default-src 'none'")
  ctx.response.header.set('X-Content-Type-Options', 'nosniff')
  ctx.setContentType('text/html; charset=utf-8')
  ctx.setBody(htmlPage('Error', message))
}
