/** Content lengths that are none. */
export const CHUNKED = -1
export const NO_LENGTH = -2

/** May a response of this status have a body and a Content-Length? (RFC 9110, section 6.4.1; RFC 9112, section 6.3) */
export function statusHasBody(code: number): boolean {
  return code >= 200 && code !== 204 && code !== 304
}
