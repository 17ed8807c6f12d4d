import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { saveMultipartFile } from '../../src/http/multipart.js'
import {
  netHttpFormValueFunc,
  timeoutHandler,
  type RequestCtx,
  type ServerOptions,
} from '../../src/index.js'
import { portOf, serve, turns } from '../helpers/raw-client.js'

const MiB = 1024 * 1024

let directory = ''
let before: string | undefined
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'form-handler-'))
  before = process.env['TMPDIR']
  process.env['TMPDIR'] = directory
})
afterEach(() => {
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  rmSync(directory, { recursive: true, force: true })
})

/** Resolves when all temporary files are gone. */
async function filesGone(): Promise<void> {
  while (readdirSync(directory).some((name) => name.startsWith('fasthttp-'))) await turns(1)
}

const silent = { printf() {} }

/** Answers of a server with `options` to `requests`, sent one after the other on one connection where it lives. */
async function answers(
  options: ServerOptions,
  ...requests: RequestInit[]
): Promise<{ status: number; text: string; connection: string | null }[]> {
  const served = await serve({ logger: silent, ...options })
  try {
    const found = []
    for (const init of requests) {
      const response = await fetch(
        `http://127.0.0.1:${portOf(served.server)}/p?q=query&key=query`,
        {
          method: 'POST',
          ...init,
        }
      )
      const connection = response.headers.get('connection')
      found.push({ status: response.status, text: await response.text(), connection })
    }
    return found
  } finally {
    await served.close()
  }
}

function form(...files: [name: string, bytes: Buffer][]): FormData {
  const data = new FormData()
  data.append('a', '1')
  data.append('a', '2')
  data.append('key', 'form')
  data.append('ü', 'ö')
  for (const [name, bytes] of files) {
    data.append('file', new Blob([bytes], { type: 'text/x' }), name)
  }
  return data
}

/** The same as raw bytes, for bodies that fetch would not send. */
async function encoded(data: FormData): Promise<{ type: string; bytes: Buffer }> {
  const response = new Response(data)
  return {
    type: response.headers.get('content-type')!,
    bytes: Buffer.from(await response.arrayBuffer()),
  }
}

test('the form is there when the handler is called, and the body too', async () => {
  const handler = async (ctx: RequestCtx): Promise<void> => {
    const { value, file } = ctx.multipartForm()
    const upload = ctx.formFile('file')
    ctx.setJSON({
      values: Object.fromEntries(value),
      files: [...file.keys()],
      one: [upload.filename, upload.contentType, upload.size, (await upload.bytes()).toString()],
      body: ctx.postBody().includes('filename="x.txt"'),
      stream: ctx.isBodyStream(),
    })
  }
  const bodies = [form(['x.txt', Buffer.from('content')]), form(['x.txt', Buffer.from('content')])]
  for (const { status, text, connection } of await answers(
    { handler },
    ...bodies.map((body) => ({ body }))
  )) {
    expect([status, connection]).toEqual([200, null])
    expect(JSON.parse(text)).toEqual({
      values: { a: ['1', '2'], key: ['form'], ü: ['ö'] },
      files: ['file'],
      one: ['x.txt', 'text/x', 7, 'content'],
      body: true,
      stream: false,
    })
  }
})

describe('formValue', () => {
  const values = (ctx: RequestCtx): void =>
    ctx.setJSON(['q', 'a', 'key', 'none'].map((key) => ctx.formValue(key)))

  test.each<[string, Partial<ServerOptions>, string[]]>([
    ['default', {}, ['query', '1', 'query', '']],
    ['net/http', { formValueFunc: netHttpFormValueFunc }, ['query', '1', 'form', '']],
    [
      'own',
      { formValueFunc: (ctx, key) => ctx.method() + key },
      ['POSTq', 'POSTa', 'POSTkey', 'POSTnone'],
    ],
  ])('%s', async (_, options, expected) => {
    const [answer] = await answers({ handler: values, ...options }, { body: form() })
    expect(JSON.parse(answer!.text)).toEqual(expected)
  })

  test('urlencoded', async () => {
    const body = new URLSearchParams({ a: '1', key: 'post' })
    const options = { handler: values, formValueFunc: netHttpFormValueFunc }
    const [answer] = await answers(options, { body })
    expect(JSON.parse(answer!.text)).toEqual(['query', '1', 'post', ''])
  })

  test('key and value as bytes', async () => {
    const handler = (ctx: RequestCtx): void => ctx.setBody(ctx.formValueBytes(Buffer.from('ü')))
    const [answer] = await answers({ handler }, { body: form() })
    expect(answer!.text).toBe('ö')
  })
})

describe('errors', () => {
  test('formFile of a form without that file, and without a form', async () => {
    const handler = (ctx: RequestCtx): void => {
      try {
        ctx.formFile('other')
      } catch (err) {
        ctx.setBody((err as { code: string }).code)
      }
    }
    const [withForm, without] = await answers({ handler }, { body: form() }, { body: 'x' })
    expect(withForm!.text).toBe('FH_ERR_MISSING_FILE')
    expect(without!.text).toBe('FH_ERR_NO_MULTIPART_FORM')
  })

  test('a malformed form never reaches the handler', async () => {
    let called = 0
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const handler = (): void => void called++
    const [answer] = await answers({ handler }, { headers, body: '--x\r\nnonsense' })
    expect(answer).toMatchObject({ status: 400, connection: 'close' })
    expect(called).toBe(0)
  })

  test('errorHandler is told', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const errorHandler: ServerOptions['errorHandler'] = (ctx, err) => {
      ctx.setStatusCode(418)
      ctx.setBody(err.code)
    }
    const [answer] = await answers(
      { handler() {}, errorHandler },
      { headers, body: '--x\r\nnonsense' }
    )
    expect(answer).toMatchObject({ status: 418, text: 'FH_ERR_BAD_MULTIPART_FORM' })
  })

  test.each([
    ['no boundary', 'multipart/form-data'],
    ['another multipart type', 'multipart/mixed; boundary=x'],
    ['another type with m', 'model/x'],
  ])('%s is no form', async (_, type) => {
    const handler = (ctx: RequestCtx): void => ctx.setBody(ctx.postBody())
    const headers = { 'content-type': type }
    const [answer] = await answers({ handler }, { headers, body: 'anything' })
    expect(answer).toMatchObject({ status: 200, text: 'anything' })
  })
})

describe('files', () => {
  test('a form above 16 MiB goes to temporary files, which are gone afterwards', async () => {
    const bytes = randomBytes(17 * MiB)
    const paths: string[] = []
    const handler = async (ctx: RequestCtx): Promise<void> => {
      const upload = ctx.formFile('file')
      paths.push(...readdirSync(directory))
      const same = (await upload.bytes()).equals(bytes)
      ctx.setJSON([ctx.formValue('a'), upload.size, same, ctx.isBodyStream()])
    }
    const options = { handler, maxRequestBodySize: 64 * MiB }
    const [first, second] = await answers(options, { body: form(['big', bytes]) }, { body: form() })
    expect(JSON.parse(first!.text)).toEqual(['1', bytes.length, true, true])
    // On the same ctx: nothing of the form before.
    expect(second!.status).toBe(500)
    expect(paths).toHaveLength(1)
    await filesGone()
  })

  test('a saved file stays', async () => {
    const bytes = randomBytes(17 * MiB)
    const path = join(directory, 'saved')
    const handler = (ctx: RequestCtx): Promise<void> =>
      saveMultipartFile(ctx.formFile('file'), path)
    const options = { handler, maxRequestBodySize: 64 * MiB }
    const [answer] = await answers(options, { body: form(['big', bytes]) })
    expect(answer!.status).toBe(200)
    await filesGone()
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  test('a handler that is late still has the files, until it has settled', async () => {
    const bytes = randomBytes(17 * MiB)
    let finish: (() => void) | undefined
    const answered = new Promise<void>((resolve) => (finish = resolve))
    let size = 0
    const handler = timeoutHandler(
      async (ctx: RequestCtx) => {
        const upload = ctx.formFile('file')
        await answered
        size = (await upload.bytes()).length
      },
      1,
      'late'
    )
    const options = { handler, maxRequestBodySize: 64 * MiB }
    const [answer] = await answers(options, { body: form(['big', bytes]) })
    expect(answer!.status).toBe(408)
    finish!()
    await filesGone()
    expect(size).toBe(bytes.length)
  })

  test('a client that goes away in the middle leaves no file', async () => {
    let called = 0
    const served = await serve({
      handler: () => void called++,
      maxRequestBodySize: 64 * MiB,
      logger: silent,
    })
    const { type, bytes } = await encoded(form(['big', randomBytes(20 * MiB)]))
    const client = await served.connect()
    client.write(
      `POST / HTTP/1.1\r\nHost: h\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n\r\n`
    )
    client.write(bytes.subarray(0, 18 * MiB))
    while (readdirSync(directory).length === 0) await turns(1)
    client.destroy()
    await filesGone()
    expect(called).toBe(0)
    await served.close()
  })

  test('above maxRequestBodySize: 413', async () => {
    const served = await serve({ handler() {}, maxRequestBodySize: 17 * MiB, logger: silent })
    const client = await served.connect()
    client.write(
      `POST / HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${17 * MiB + 1}\r\n\r\n`
    )
    expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 413 /)
    await served.close()
  })
})

const lazily = async (ctx: RequestCtx): Promise<void> => {
  let sync: string
  try {
    ctx.multipartForm()
    sync = 'read'
  } catch (err) {
    sync = (err as { code: string }).code
  }
  try {
    const limit = Number(ctx.request.header.peek('x-limit') ?? MiB)
    const form = await ctx.multipartFormWithLimit(limit)
    const again = await ctx.multipartFormWithLimit(1)
    const content = (await ctx.formFile('file').bytes()).toString('latin1')
    ctx.setJSON([sync, form === again, ctx.multipartForm() === form, ctx.formValue('a'), content])
  } catch (err) {
    ctx.setJSON([sync, (err as { code: string }).code])
  }
}

describe('multipartFormWithLimit', () => {
  const READ = [true, true, '1', 'content']
  const sample = () => encoded(form(['f', Buffer.from('content')]))

  test.each<[string, Partial<ServerOptions>, 'chunked' | '', 'gzip' | 'br' | '', unknown[]]>([
    ['read before', {}, '', '', ['read', ...READ]],
    ['chunked, gathered', {}, 'chunked', '', ['read', ...READ]],
    ['gzip', {}, '', 'gzip', ['FH_ERR_NO_MULTIPART_FORM', ...READ]],
    ['brotli', {}, 'chunked', 'br', ['FH_ERR_NO_MULTIPART_FORM', ...READ]],
    ['off', { disablePreParseMultipartForm: true }, '', '', ['FH_ERR_NO_MULTIPART_FORM', ...READ]],
    ['streaming', { streamRequestBody: true }, '', '', ['read', ...READ]],
    [
      'streaming, chunked',
      { streamRequestBody: true },
      'chunked',
      '',
      ['FH_ERR_NO_MULTIPART_FORM', ...READ],
    ],
    [
      'streaming, gzip',
      { streamRequestBody: true },
      '',
      'gzip',
      ['FH_ERR_NO_MULTIPART_FORM', ...READ],
    ],
    [
      'streaming, brotli',
      { streamRequestBody: true },
      '',
      'br',
      ['FH_ERR_NO_MULTIPART_FORM', 'FH_ERR_CONTENT_ENCODING_UNSUPPORTED'],
    ],
    [
      'streaming, above the limit of the server',
      { streamRequestBody: true, maxRequestBodySize: 100 },
      '',
      '',
      ['FH_ERR_NO_MULTIPART_FORM', ...READ],
    ],
  ])('%s', async (_, options, framing, coding, expected) => {
    const { type, bytes } = await sample()
    const body =
      coding === 'gzip' ? gzipSync(bytes) : coding === 'br' ? brotliCompressSync(bytes) : bytes
    const headers: Record<string, string> = { 'content-type': type }
    if (coding !== '') headers['content-encoding'] = coding
    const init: RequestInit =
      framing === 'chunked'
        ? ({ body: Readable.toWeb(Readable.from([body])), duplex: 'half' } as RequestInit)
        : { body }
    const [answer] = await answers({ handler: lazily, ...options }, { headers, ...init })
    expect(JSON.parse(answer!.text)).toEqual(expected)
  })

  test.each([
    ['in memory', {}],
    ['streaming', { streamRequestBody: true }],
  ])('a bomb, %s', async (_, options) => {
    const { type, bytes } = await encoded(form(['f', Buffer.alloc(2 * MiB)]))
    const headers = { 'content-type': type, 'content-encoding': 'gzip' }
    const [answer] = await answers(
      { handler: lazily, ...options },
      { headers, body: gzipSync(bytes) }
    )
    expect(JSON.parse(answer!.text)).toEqual(['FH_ERR_NO_MULTIPART_FORM', 'FH_ERR_BODY_TOO_LARGE'])
  })

  test.each([
    ['in memory', {}],
    ['streaming', { streamRequestBody: true }],
  ])('cut gzip, %s', async (_, options) => {
    const { type, bytes } = await sample()
    const headers = { 'content-type': type, 'content-encoding': 'gzip' }
    const body = gzipSync(bytes).subarray(0, -12)
    const [answer] = await answers({ handler: lazily, ...options }, { headers, body })
    expect(JSON.parse(answer!.text)[1]).toBe('FH_ERR_CORRUPT_BODY')
  })

  test('a form still being read when its request ends belongs to nobody after', async () => {
    let asked: Promise<unknown> | undefined
    const seen: string[] = []
    const handler = (ctx: RequestCtx): void => {
      if (asked === undefined) {
        asked = ctx.multipartFormWithLimit(0)
        return
      }
      try {
        ctx.multipartForm()
        seen.push('leaked')
      } catch (err) {
        seen.push((err as { code: string }).code)
      }
    }
    const { type, bytes } = await sample()
    const headers = { 'content-type': type }
    const init = { headers, body: bytes }
    await answers({ handler, disablePreParseMultipartForm: true }, init, init)
    await asked
    expect(seen).toEqual(['FH_ERR_NO_MULTIPART_FORM'])
  })
})

test('removeMultipartFormFiles forgets the form and its files', async () => {
  const handler = async (ctx: RequestCtx): Promise<void> => {
    await ctx.multipartFormWithLimit(0)
    const had = existsSync(join(directory, readdirSync(directory)[0] ?? '-'))
    await ctx.request.removeMultipartFormFiles()
    ctx.setJSON([had, readdirSync(directory).length, ctx.formValue('a')])
  }
  const options = { handler, streamRequestBody: true, disablePreParseMultipartForm: true }
  const [answer] = await answers(options, { body: form(['f', Buffer.alloc(100_000)]) })
  expect(JSON.parse(answer!.text)).toEqual([true, 0, ''])
})
