/** One server-sent event. */
export interface ServerSentEvent {
  /** Text, or what is sent as JSON. Without it, and without `event`, a browser only takes note of `id` and `retry`. */
  readonly data?: unknown
  /** Name of the event, `message` for a browser when there is none. Line breaks become spaces. */
  readonly event?: string
  /** What a client that connects again sends as Last-Event-ID. Line breaks become spaces. */
  readonly id?: string | number
  /** Milliseconds a client waits before it connects again. */
  readonly retry?: number
}

const LINE_END = /\r\n|\r|\n/
const BREAKS = /[\r\n\0]+/g

/** Writes an event (HTML, section 9.2.5): whatever its parts hold, it is one event and no other. */
export function formatEvent({ data, event, id, retry }: ServerSentEvent): string {
  let text = ''
  if (event !== undefined) text += `event: ${oneLine(event)}\n`
  if (id !== undefined) text += `id: ${oneLine(String(id))}\n`
  if (retry !== undefined && Number.isFinite(retry) && retry >= 0) {
    text += `retry: ${Math.floor(retry)}\n`
  }
  if (data !== undefined) {
    const shown = typeof data === 'string' ? data : (JSON.stringify(data) ?? '')
    text += lines('data: ', shown)
  }
  return text === '' ? '' : text + '\n'
}

/** Writes a comment, which clients ignore. */
export function formatComment(text: string): string {
  return lines(': ', text) + '\n'
}

function lines(prefix: string, text: string): string {
  return text
    .split(LINE_END)
    .map((line) => `${prefix}${line}\n`)
    .join('')
}

function oneLine(text: string): string {
  return text.replace(BREAKS, ' ')
}
