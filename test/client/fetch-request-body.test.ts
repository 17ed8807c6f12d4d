import { once } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { requestBody } from '../../src/client/fetch-request-body.js'

type Body = NonNullable<RequestInit['body']>

const init = (body: Body | null): RequestInit =>
  ({ method: 'POST', body, duplex: 'half' }) as RequestInit

/** What a fetch of `body` sends: as its option, or in a Request. */
function sent(body: Body | null, inRequest: boolean): Promise<Buffer | Readable | undefined> {
  const given = init(body)
  const request = new Request('http://a.test/', given)
  return requestBody(request, inRequest ? [request] : ['http://a.test/', given])
}

async function textOf(stream: Buffer | Readable | undefined): Promise<string> {
  expect(stream).toBeInstanceOf(Readable)
  return Buffer.concat(await (stream as Readable).toArray()).toString()
}

/** A stream that has nothing to give until `open` is called. */
function gated(given: (string | Uint8Array)[]): { stream: ReadableStream; open: () => void } {
  const left = [...given]
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  const stream = new ReadableStream(
    {
      async pull(controller) {
        await opened
        const next = left.shift()
        if (next === undefined) controller.close()
        else controller.enqueue(next)
      },
    },
    { highWaterMark: 0 }
  )
  return { stream, open }
}

describe.each([true, false])('in a Request: %s', (inRequest) => {
  test('none', async () => {
    expect(await sent(null, inRequest)).toBeUndefined()
  })

  const form = new FormData()
  form.append('file', new File(['content'], 'n.txt'))
  test.each<[string, Body, string]>([
    ['text', 'hä', 'hä'],
    ['bytes', Buffer.from('ab'), 'ab'],
    ['nothing', '', ''],
    ['a blob', new Blob(['x'.repeat(100_000)]), 'x'.repeat(100_000)],
    ['arguments', new URLSearchParams({ a: 'b c' }), 'a=b+c'],
    ['a form', form, 'content'],
  ])('%s is in memory', async (_, body, text) => {
    const bytes = await sent(body, inRequest)
    expect(bytes).toBeInstanceOf(Buffer)
    expect(String(bytes)).toContain(text)
  })

  test.each<[string, (string | Uint8Array)[], string]>([
    ['bytes', [Buffer.from('ab'), Buffer.from('c')], 'abc'],
    ['text', ['ab', 'ö'], 'abö'],
  ])('a stream of %s that takes its time stays one', async (_, given, text) => {
    const { stream, open } = gated(given)
    const body = await sent(stream, inRequest)
    open()
    expect(await textOf(body)).toBe(text)
  })

  test('what is no bytes fails', async () => {
    const { stream, open } = gated([5 as unknown as string])
    const body = await sent(stream, inRequest)
    open()
    await expect(textOf(body)).rejects.toThrow(TypeError)
  })

  test('a stream that fails', async () => {
    const why = new Error('why')
    const failing = new ReadableStream({ start: (controller) => controller.error(why) })
    await expect(sent(failing, inRequest).then(textOf)).rejects.toBe(why)
  })

  test('whoever destroys it cancels the source', async () => {
    const cancelled = new Promise((resolve) => {
      const endless = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
        cancel: resolve,
      })
      void sent(endless, inRequest).then(async (body) => {
        const stream = body as Readable
        stream.resume()
        await once(stream, 'data')
        stream.destroy()
      })
    })
    await cancelled
  })
})
