import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatComment,
  formatEvent,
  type ServerSentEvent,
} from '../../../src/features/sse/event.js'

/** Reads events as a browser does (HTML, section 9.2.6). */
function parse(text: string): { type: string; data: string; id: string }[] {
  const events: { type: string; data: string; id: string }[] = []
  let type = ''
  let data: string[] = []
  let id = ''
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '') {
      if (data.length > 0) events.push({ type: type || 'message', data: data.join('\n'), id })
      type = ''
      data = []
      continue
    }
    const [, name, value] = /^([^:]*)(?:: ?([^]*))?$/.exec(line)!
    if (name === 'event') type = value ?? ''
    else if (name === 'data') data.push(value ?? '')
    else if (name === 'id' && !value!.includes('\0')) id = value ?? ''
  }
  return events
}

const cases: [event: ServerSentEvent, text: string][] = [
  [{ data: 'a' }, 'data: a\n\n'],
  [{ data: '' }, 'data: \n\n'],
  [{ data: 'a\nb\r\nc\rd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
  [{ data: { a: 1 } }, 'data: {"a":1}\n\n'],
  [{ data: null }, 'data: null\n\n'],
  [{ data: 5, event: 'n', id: 7 }, 'event: n\nid: 7\ndata: 5\n\n'],
  [{ event: 'a\ndata: x', data: 'y' }, 'event: a data: x\ndata: y\n\n'],
  [{ id: 'a\r\n\r\ndata: x\0', data: 'y' }, 'id: a data: x \ndata: y\n\n'],
  [{ retry: 1500.7 }, 'retry: 1500\n\n'],
  [{ retry: -1, data: 'x' }, 'data: x\n\n'],
  [{ retry: NaN }, ''],
  [{}, ''],
]

test.each(cases)('%j', (event, text) => {
  expect(formatEvent(event)).toBe(text)
})

test('comments are nothing to a client, whatever they say', () => {
  expect(formatComment('')).toBe(': \n\n')
  expect(parse(formatComment('a\ndata: x\n\nevent: y'))).toEqual([])
})

test('property: any text is one event with that text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      (data, event, id) => {
        const events = parse(formatEvent({ data, event, id }))
        expect(events).toHaveLength(1)
        expect(events[0]!.data).toBe(data.replace(/\r\n?/g, '\n'))
        expect(events[0]!.type).toBe(event.replace(/[\r\n\0]+/g, ' ').replace(/^$/, 'message'))
      }
    )
  )
})
