/** What all subjects agree on. */
export const PATH = '/foo/bar?baz=123'
export const CANNED_BODY = '012345678912'
export const CANNED = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${CANNED_BODY.length}\r\n\r\n${CANNED_BODY}`
)

export function check(status, body, expected) {
  if (status !== 200 || body !== expected) throw new Error(`${status} ${body}`)
}
