import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Body } from '../../src/http/body.js'

const forms: [string, (body: Body) => void, string][] = [
  ['nothing', () => {}, ''],
  ['text', (b) => b.set('äb'), 'äb'],
  ['empty text', (b) => b.set(''), ''],
  ['bytes', (b) => b.set(Buffer.from('äb')), 'äb'],
  ['raw bytes', (b) => b.setRaw(Buffer.from('xäbx').subarray(1, 4)), 'äb'],
  ['borrowed memory', (b) => b.borrow(Buffer.from('xäbx'), 1, 4), 'äb'],
  ['nothing borrowed', (b) => b.borrow(Buffer.from('x'), 1, 1), ''],
  ['text and text', (b) => (b.set('ä'), b.append('b')), 'äb'],
  ['text and bytes', (b) => (b.set('ä'), b.append(Buffer.from('b'))), 'äb'],
  ['bytes and text', (b) => (b.set(Buffer.from('ä')), b.append('b')), 'äb'],
  ['raw and text', (b) => (b.setRaw(Buffer.from('ä')), b.append('b')), 'äb'],
  ['borrowed and text', (b) => (b.borrow(Buffer.from('äx'), 0, 2), b.append('b')), 'äb'],
  ['appended to nothing', (b) => b.append('äb'), 'äb'],
  ['nothing appended', (b) => (b.set('äb'), b.append('')), 'äb'],
  ['set again', (b) => (b.set('old'), b.set('äb')), 'äb'],
]

test.each(forms)('%s', (_, fill, text) => {
  const body = new Body()
  fill(body)
  const bytes = Buffer.from(text)
  expect(body.toLatin1()).toBe(bytes.toString('latin1'))
  expect(body.toText()).toBe(text)
  expect(body.byteLength()).toBe(bytes.length)
  expect(body.toBytes()).toEqual(bytes)
  const copy = new Body()
  copy.set('old')
  body.copyTo(copy)
  body.reset()
  expect([body.isEmpty, body.toText(), copy.toText()]).toEqual([true, '', text])
})

describe('memory', () => {
  test('set copies, setRaw does not', () => {
    const bytes = Buffer.from('abc')
    const [copied, raw] = [new Body(), new Body()]
    copied.set(bytes)
    raw.setRaw(bytes)
    bytes[0] = 120
    expect([copied.toText(), raw.toText()]).toEqual(['abc', 'xbc'])
  })

  test.each<[string, (b: Body) => unknown]>([
    ['settled', (b) => b.settle()],
    ['given out as bytes', (b) => b.toBytes()],
    ['appended to', (b) => b.append('')],
  ])('borrowed memory is copied when %s', (name, use) => {
    const body = new Body()
    const shared = Buffer.from('abc')
    body.borrow(shared, 0, 3)
    use(body)
    shared.fill('x')
    expect(body.toText()).toBe(name === 'appended to' ? 'xxx' : 'abc')
  })

  test('appending does not write to raw bytes', () => {
    const bytes = Buffer.from('abcdef')
    const body = new Body()
    body.setRaw(bytes.subarray(0, 3))
    body.append('X')
    expect([body.toText(), bytes.toString()]).toEqual(['abcX', 'abcdef'])
  })
})

describe('streams', () => {
  test('the content cannot be had', () => {
    const body = new Body()
    body.setStream(new Readable({ read() {} }), 7)
    expect([body.isStream, body.isEmpty, body.byteLength()]).toEqual([true, false, 7])
    for (const get of [() => body.toText(), () => body.toBytes()]) {
      expect(get).toThrowError(expect.objectContaining({ code: 'FH_ERR_BODY_STREAM_CONSUMED' }))
    }
  })

  test.each<[string, (b: Body) => void, boolean]>([
    ['reset', (b) => b.reset(), true],
    ['set', (b) => b.set('x'), true],
    ['append', (b) => b.append('x'), true],
    ['another stream', (b) => b.setStream(() => {}, -1), true],
    ['taken first', (b) => (b.takeSource(), b.reset()), false],
  ])('%s destroys it: ', (_, change, destroyed) => {
    const body = new Body()
    const stream = new Readable({ read() {} })
    body.setStream(stream, -1)
    change(body)
    expect(stream.destroyed).toBe(destroyed)
  })
})
