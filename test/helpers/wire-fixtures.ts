import { readdirSync, readFileSync } from 'node:fs'

/** What a handler is to see of a request. */
export interface SeenRequest {
  method: string
  target: string
  body: string
  trailers: string[]
}

/** One raw request, or several in a row, and what must come of it. */
export interface WireExample {
  /** File and heading. */
  name: string
  file: string
  title: string
  /** The heading above. */
  section: string
  /** Bytes sent, one character a byte. */
  raw: string
  /** Requests the handler sees. */
  seen: SeenRequest[]
  /** Field values it sees on the last one. */
  fields: [name: string, value: string][]
  /** Status codes of the responses, interim ones included. */
  statuses: number[]
  /**
   * The connection afterwards: `open` for a next request, `closed` by the server, or `eof`: the server waits for more, and what is
   * listed is what it answers when the client closes its writing side.
   */
  end: 'open' | 'closed' | 'eof'
  /** Why node:http comes to another outcome; `undefined` where it does not. */
  node: string | undefined
}

const FOLDER = new URL('../../fixtures/wire/request/', import.meta.url)

/**
 * Reads fixtures/wire/request/*.md. An example is a level 3 heading and a block:
 *
 *     POST / HTTP/1.1        lines of the request; each is followed by CRLF
 *     abc\                   ... unless it ends with a backslash
 *     a\x00b\(x*3)           escapes: \r \n \t \\ \xHH, and repetition
 *     > POST / "abc"         what the handler sees: method, target, body, then trailer names and values
 *     | Host "a"             value of a field it sees
 *     < 200 open             status codes and the connection afterwards
 *     ~ reason               why node:http differs
 */
export function wireExamples(): WireExample[] {
  const examples: WireExample[] = []
  for (const file of readdirSync(FOLDER).sort()) {
    if (!file.endsWith('.md')) continue
    const text = readFileSync(new URL(file, FOLDER), 'utf8')
    const pattern = /^## (.+)$|^### (.+)\n+```wire\n([^]*?)^```$/gm
    let section = ''
    for (const [, heading, title, block] of text.matchAll(pattern)) {
      if (heading !== undefined) section = heading
      else examples.push({ ...parseExample(file, title!, block!), section })
    }
  }
  return examples
}

function parseExample(file: string, title: string, block: string): WireExample {
  const example: WireExample = {
    name: `${file.replace('.md', '')}: ${title}`,
    file,
    title,
    section: '',
    raw: '',
    seen: [],
    fields: [],
    statuses: [],
    end: 'closed',
    node: undefined,
  }
  let outcomes = 0
  for (const line of block.split('\n').slice(0, -1)) {
    const [mark, ...words] = line.split(' ')
    const rest = line.slice(2)
    switch (mark) {
      case '>': {
        const json = /^(\S+) (\S+) (.+)$/.exec(rest)!
        const [body, ...trailers] = JSON.parse(`[${json[3]}]`) as string[]
        example.seen.push({
          method: json[1]!,
          target: unescapeLine(json[2]!),
          body: body!,
          trailers,
        })
        break
      }
      case '|':
        example.fields.push([words[0]!, JSON.parse(words.slice(1).join(' ')) as string])
        break
      case '<':
        outcomes++
        example.end = words.pop() as WireExample['end']
        example.statuses = words.map(Number)
        break
      case '~':
        example.node = rest
        break
      default:
        example.raw += unescapeLine(line)
        if (!/(?:^|[^\\])(?:\\\\)*\\$/.test(line)) example.raw += '\r\n'
    }
  }
  if (outcomes !== 1 || !['open', 'closed', 'eof'].includes(example.end)) {
    throw new Error(`${example.name} has no outcome`)
  }
  return example
}

function unescapeLine(line: string): string {
  return line.replace(
    /\\(?:x([0-9a-f]{2})|\((.*?)\*(\d+)\)|(.)|$)/gi,
    (_, hex, text, times, char) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex as string, 16))
      if (text !== undefined) return unescapeLine(text as string).repeat(Number(times))
      const escapes: Record<string, string> = { r: '\r', n: '\n', t: '\t', '\\': '\\' }
      return char === undefined ? '' : escapes[char as string]!
    }
  )
}
