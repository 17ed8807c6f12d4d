/** A response as it came. */
export interface RawResponse {
  status: number
  reason: string
  /** Names in lower case and values by turns. */
  fields: [name: string, value: string][]
  body: string
  trailers: [name: string, value: string][]
}

export function field(response: RawResponse, name: string): string | undefined {
  return response.fields.find(([n]) => n === name.toLowerCase())?.[1]
}

/**
 * Reads the responses a client received, strictly and independently of the server's own parsers. Throws on anything out of place, such
 * as bytes behind the last response.
 *
 * @param methods - method of the request that the n-th final response answers; GET where there is none
 * @param ended - the connection ended behind the text: a body without a length is complete
 */
export function parseResponses(
  text: string,
  methods: readonly string[] = [],
  ended = true
): RawResponse[] {
  const found: RawResponse[] = []
  let finals = 0
  let p = 0
  const bad = (what: string): never => {
    throw new Error(`${what} at ${p} of ${JSON.stringify(text)}`)
  }
  const readFields = (): [string, string][] => {
    const fields: [string, string][] = []
    for (;;) {
      const end = text.indexOf('\r\n', p)
      if (end < 0) bad('unfinished field section')
      const line = text.slice(p, end)
      const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line)
      if (line !== '' && match === null) bad('malformed field line')
      p = end + 2
      if (line === '') return fields
      fields.push([match![1]!.toLowerCase(), match![2]!])
    }
  }
  while (p < text.length) {
    const line = /^HTTP\/1\.1 (\d{3}) ([\t\x20-\x7e\x80-\xff]*)\r\n/.exec(text.slice(p, p + 200))
    if (line === null) bad('malformed status line')
    p += line![0].length
    const response: RawResponse = {
      status: Number(line![1]),
      reason: line![2]!,
      fields: readFields(),
      body: '',
      trailers: [],
    }
    found.push(response)
    if (response.status < 200 && response.status !== 101) continue
    const method = methods[finals++] ?? 'GET'
    const length = field(response, 'content-length')
    const coding = field(response, 'transfer-encoding')
    if (length !== undefined && coding !== undefined) bad('both kinds of framing')
    if (response.fields.filter(([name]) => name === 'content-length').length > 1) {
      bad('repeated Content-Length')
    }
    const { status } = response
    if (method === 'HEAD' || status === 204 || status === 304 || status === 101) continue
    if (coding === 'chunked') {
      for (;;) {
        const size = /^([0-9a-f]+)\r\n/i.exec(text.slice(p, p + 20))
        if (size === null) bad('malformed chunk')
        p += size![0].length
        const bytes = parseInt(size![1]!, 16)
        if (bytes === 0) break
        response.body += text.slice(p, p + bytes)
        p += bytes
        if (text.slice(p, p + 2) !== '\r\n') bad('chunk without end')
        p += 2
      }
      response.trailers = readFields()
    } else if (length !== undefined) {
      if (!/^\d+$/.test(length)) bad('malformed Content-Length')
      if (p + Number(length) > text.length) bad('unfinished body')
      response.body = text.slice(p, (p += Number(length)))
    } else {
      if (!ended || field(response, 'connection') !== 'close') bad('response without a length')
      response.body = text.slice(p)
      p = text.length
    }
  }
  return found
}
