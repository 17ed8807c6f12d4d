import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { BadMultipartFormError, BodyTooLargeError } from '../../src/errors.js'
import { readMultipartForm, type MultipartOptions } from '../../src/http/multipart-reader.js'
import { encodeMultipartForm, FileHeader, MultipartForm } from '../../src/http/multipart.js'

const forms: MultipartForm[] = []

// Of this file alone: other tests make temporary files meanwhile.
const saved = process.env['TMPDIR']
let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'multipart-reader-test-'))
  process.env['TMPDIR'] = directory
})
afterAll(() => {
  if (saved === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = saved
  rmSync(directory, { recursive: true })
})
const temporaries = (): string[] => readdirSync(directory)

afterEach(async () => {
  for (const form of forms.splice(0)) await form.removeAll()
})

/** One part per entry: its header lines, and its content. */
function body(...parts: [headers: string, content: string][]): Buffer {
  const texts = parts.map(([headers, content]) => `--XX\r\n${headers}\r\n\r\n${content}\r\n`)
  return Buffer.from(texts.join('') + '--XX--\r\n', 'latin1')
}
const field = (name: string, value: string): [string, string] => [
  `Content-Disposition: form-data; name="${name}"`,
  value,
]
const file = (name: string, filename: string, content: string): [string, string] => [
  `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: text/plain`,
  content,
]

/** Pieces of `size` bytes. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

async function read(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  options: Omit<MultipartOptions, 'boundary'> = {}
): Promise<MultipartForm> {
  const form = await readMultipartForm(bytes, { boundary: 'XX', ...options })
  forms.push(form)
  return form
}

async function contents(form: MultipartForm): Promise<unknown> {
  const files: unknown[] = []
  for (const [name, list] of form.file) {
    for (const { filename, contentType, size } of list)
      files.push([name, filename, contentType, size])
    for (const header of list) files.push((await header.bytes()).toString())
  }
  return { value: [...form.value], file: files }
}

describe('readMultipartForm', () => {
  const mixed = body(
    field('a', '1'),
    file('f', 'x.txt', 'hello'),
    field('b', ''),
    field('a', '2'),
    file('f', 'y.txt', ''),
    file('g', 'z.txt', 'x'.repeat(100_000))
  )
  const expected = {
    value: [
      ['a', ['1', '2']],
      ['b', ['']],
    ],
    file: [
      ['f', 'x.txt', 'text/plain', 5],
      ['f', 'y.txt', 'text/plain', 0],
      'hello',
      '',
      ['g', 'z.txt', 'text/plain', 100_000],
      'x'.repeat(100_000),
    ],
  }

  test('a whole body', async () => {
    expect(await contents(await read(mixed))).toEqual(expected)
  })

  test.each([[1], [7], [1000], [65536]])('pieces of %i bytes', async (size) => {
    expect(await contents(await read(pieces(mixed, size)))).toEqual(expected)
    expect(await contents(await read(pieces(mixed, size), { memoryLimit: 3 }))).toEqual(expected)
  })

  test('a Readable', async () => {
    expect(await contents(await read(Readable.from(pieces(mixed, 1000))))).toEqual(expected)
  })

  test.each<[string, Buffer, unknown]>([
    ['no part', Buffer.from('--XX--\r\n'), []],
    ['no line break at the end', Buffer.from('--XX--'), []],
    [
      'a preamble and an epilogue',
      Buffer.concat([Buffer.from('pre\r\n'), body(field('a', '1')), Buffer.from('--XX\r\nepi')]),
      [['a', ['1']]],
    ],
    ['text beyond ASCII', body(field('\xc3\xa9', '\xc3\xbc')), [['é', ['ü']]]],
    [
      'text of another charset',
      body([field('a', '')[0] + '\r\nContent-Type: text/plain; charset=latin1', '\xe9']),
      [['a', ['é']]],
    ],
    ['a boundary within a value', body(field('a', 'x--XX--y')), [['a', ['x--XX--y']]]],
    ['line breaks in a value', body(field('a', '\r\n\r\n--\r\n')), [['a', ['\r\n\r\n--\r\n']]]],
    [
      'header names in any case',
      body(['content-DISPOSITION: form-data; name=a', '1']),
      [['a', ['1']]],
    ],
    ['a name of Object.prototype', body(field('__proto__', '1')), [['__proto__', ['1']]]],
    [
      'a part without a name is left out',
      body(['Content-Disposition: form-data', 'x'], field('a', '1')),
      [['a', ['1']]],
    ],
    [
      'a part without a disposition is left out',
      body(['Content-Type: text/plain', 'x'], field('a', '1')),
      [['a', ['1']]],
    ],
    ['an empty file name makes a field', body(file('a', '', '1')), [['a', ['1']]]],
    [
      'octet-stream without a file name is a field',
      body([field('a', '')[0] + '\r\nContent-Type: application/octet-stream', '1']),
      [['a', ['1']]],
    ],
  ])('%s', async (_name, bytes, value) => {
    for (const source of [bytes, pieces(bytes, 1)]) {
      const form = await read(source)
      expect([...form.value]).toEqual(value)
      expect(form.file.size).toBe(0)
    }
  })

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\\\dir\\\\x.txt', 'x.txt'],
    ['/abs/x', 'x'],
    ['a\\"b', 'a"b'],
    ['\xc3\xa9', 'é'],
  ])('the file name %s is %s', async (sent, filename) => {
    const form = await read(body(file('f', sent, 'x')))
    expect(form.file.get('f')?.[0]?.filename).toBe(filename)
  })

  test('a boundary of special characters', async () => {
    const boundary = `a"\\'()+_,-./:=? b`
    const bytes = Buffer.from(body(field('a', '1')).toString().replaceAll('XX', boundary))
    const form = await readMultipartForm(bytes, { boundary })
    expect(form.value.get('a')).toEqual(['1'])
  })
})

describe('memoryLimit', () => {
  test('files beyond it are in temporary files, until removeAll', async () => {
    const before = temporaries().length
    const bytes = body(
      file('f', 'a', 'x'.repeat(600)),
      file('f', 'b', 'x'.repeat(500)),
      file('f', 'c', 'y'.repeat(400))
    )
    const form = await read(pieces(bytes, 50), { memoryLimit: 1000 })
    expect(temporaries()).toHaveLength(before + 1)
    const sizes = await Promise.all(
      form.file.get('f')!.map(async (header) => (await header.bytes()).length)
    )
    expect(sizes).toEqual([600, 500, 400])
    await form.removeAll()
    expect(temporaries()).toHaveLength(before)
    // Which ones went to files depends on how their pieces came; what stayed fits.
    const left = await Promise.allSettled(form.file.get('f')!.map((header) => header.bytes()))
    const inMemory = left.map((result) => (result.status === 'fulfilled' ? result.value.length : 0))
    expect(inMemory).toContain(0)
    expect(inMemory.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(1000)
  })

  test('a body that is in memory stays there', async () => {
    const before = temporaries().length
    await read(body(file('f', 'a', 'x'.repeat(600))), { memoryLimit: 10 })
    expect(temporaries()).toHaveLength(before)
  })
})

describe('failures', () => {
  const long = body(file('f', 'a', 'x'.repeat(10_000)))
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no boundary', Buffer.from('hello')],
    ['another boundary', Buffer.from(long.toString().replaceAll('--XX', '--YY'))],
    ['the boundary alone', Buffer.from('--XX')],
    ['a part without content', Buffer.from('--XX\r\n')],
    ['a field that does not end', Buffer.from(`--XX\r\n${field('a', '')[0]}\r\n\r\nabc`)],
    ['a file that does not end', long.subarray(0, 5000)],
    ['half a boundary at the end', long.subarray(0, -5)],
  ])('%s', async (_name, bytes) => {
    const before = temporaries().length
    for (const source of [bytes, pieces(bytes, 100)]) {
      await expect(read(source, { memoryLimit: 10 })).rejects.toThrow(BadMultipartFormError)
    }
    expect(temporaries()).toHaveLength(before)
  })

  test('too many parts', async () => {
    const parts = Array.from({ length: 1001 }, () => field('a', '1'))
    await expect(read(body(...parts))).rejects.toThrow(BadMultipartFormError)
    expect((await read(body(...parts.slice(1)))).value.get('a')).toHaveLength(1000)
  })

  test.each([
    ['one field', body(field('a', 'x'.repeat((10 << 20) + 1)))],
    ['a field whose name is empty', body(field('', 'x'.repeat((10 << 20) + 1)))],
    ['all fields', body(...Array.from({ length: 11 }, () => field('a', 'x'.repeat(1 << 20))))],
  ])('more than 10 MiB in %s', async (_name, bytes) => {
    await expect(read(bytes)).rejects.toThrow(BodyTooLargeError)
  })

  test('maxBodySize', async () => {
    const before = temporaries().length
    const size = long.length
    await expect(read(long, { maxBodySize: size - 1 })).rejects.toThrow(BodyTooLargeError)
    await expect(
      read(pieces(long, 100), { maxBodySize: size - 1, memoryLimit: 10 })
    ).rejects.toThrow(BodyTooLargeError)
    await read(pieces(long, 100), { maxBodySize: size })
    expect(temporaries()).toHaveLength(before)
  })

  test('an error of the source, which is closed by the time', async () => {
    const before = temporaries().length
    const source = new Readable({ read() {} })
    source.push(long.subarray(0, 5000))
    setImmediate(() => source.destroy(new Error('client went away')))
    await expect(read(source, { memoryLimit: 10 })).rejects.toThrow('client went away')
    expect(temporaries()).toHaveLength(before)
  })

  test('an error of the file system', async () => {
    const source = Readable.from(pieces(long, 100))
    process.env['TMPDIR'] = join(directory, 'nonexistent')
    try {
      await expect(read(source, { memoryLimit: 10 })).rejects.toThrow('ENOENT')
    } finally {
      process.env['TMPDIR'] = directory
    }
    expect(source.destroyed).toBe(true)
  })

  test('a failure closes the source', async () => {
    const source = Readable.from(pieces(long, 100))
    await expect(read(source, { maxBodySize: 1000 })).rejects.toThrow(BodyTooLargeError)
    expect(source.destroyed).toBe(true)
  })
})

describe('properties', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
    .filter((text) => !/[\r\n%]/.test(text))
  const filename = name.filter((text) => !/[/\\]|^\.\.?$/.test(text))
  const content = fc.uint8Array({ maxLength: 200 })

  test('a form survives writing and reading, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' }))),
        fc.array(fc.tuple(name, filename, content)),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 300 }),
        async (values, files, size, memoryLimit) => {
          const form = new MultipartForm()
          for (const [key, value] of values) form.addValue(key, value)
          for (const [key, text, bytes] of files) form.addFile(key, new FileHeader(text, { bytes }))
          const chunks: Uint8Array[] = []
          for await (const chunk of encodeMultipartForm(form, 'XX-boundary-XX')) chunks.push(chunk)
          const source = pieces(Buffer.concat(chunks), size)
          const again = await readMultipartForm(source, { boundary: 'XX-boundary-XX', memoryLimit })
          expect(await contents(again)).toEqual(await contents(form))
          await again.removeAll()
        }
      ),
      { numRuns: 50 }
    )
  })
})
