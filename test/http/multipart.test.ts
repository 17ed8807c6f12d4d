import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InvalidOptionError } from '../../src/errors.js'
import {
  encodeMultipartForm,
  FileHeader,
  MultipartForm,
  saveMultipartFile,
  writeMultipartForm,
} from '../../src/http/multipart.js'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'multipart-test-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

async function text(form: MultipartForm, boundary: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of encodeMultipartForm(form, boundary)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('FileHeader', () => {
  test('in memory', async () => {
    const file = new FileHeader(
      'a.txt',
      { bytes: Buffer.from('hello') },
      { contentType: 'text/plain' }
    )
    expect([file.filename, file.contentType, file.size]).toEqual(['a.txt', 'text/plain', 5])
    expect((await file.bytes()).toString()).toBe('hello')
    expect(Buffer.concat(await file.open().toArray()).toString()).toBe('hello')
  })

  test('in a file', async () => {
    const path = join(directory, 'f')
    writeFileSync(path, 'hello')
    const file = new FileHeader('a', { path }, { size: 5 })
    expect([file.contentType, file.size]).toEqual(['application/octet-stream', 5])
    expect((await file.bytes()).toString()).toBe('hello')
    expect(Buffer.concat(await file.open().toArray()).toString()).toBe('hello')
  })

  test('a file needs its size', () => {
    expect(() => new FileHeader('a', { path: '/x' })).toThrow(InvalidOptionError)
  })
})

describe('saveMultipartFile', () => {
  test('from memory, over an existing file', async () => {
    const to = join(directory, 'to')
    writeFileSync(to, 'something longer')
    await saveMultipartFile(new FileHeader('a', { bytes: Buffer.from('hello') }), to)
    expect(readFileSync(to, 'utf8')).toBe('hello')
  })

  test('a temporary file is moved, outlives the form and has the usual mode', async () => {
    const form = new MultipartForm()
    const from = await form._temporaryPath()
    writeFileSync(from, 'hello')
    const file = new FileHeader('a', { path: from }, { size: 5 })
    form.addFile('f', file)
    const to = join(directory, 'to')
    await saveMultipartFile(file, to)
    expect(() => statSync(from)).toThrow('ENOENT')
    await form.removeAll()
    expect((await file.bytes()).toString()).toBe('hello')
    writeFileSync(join(directory, 'usual'), '')
    expect(statSync(to).mode).toBe(statSync(join(directory, 'usual')).mode)
  })

  test('to a directory that is not there', async () => {
    const file = new FileHeader('a', { bytes: Buffer.from('hello') })
    await expect(saveMultipartFile(file, join(directory, 'no', 'to'))).rejects.toThrow('ENOENT')
  })
})

describe('MultipartForm', () => {
  test('temporary files are in a directory of this user alone, until removeAll', async () => {
    const form = new MultipartForm()
    const [a, b] = [await form._temporaryPath(), await form._temporaryPath()]
    expect(a).not.toBe(b)
    const parent = join(a, '..')
    expect(statSync(parent).mode & 0o777).toBe(0o700)
    writeFileSync(a, 'x')
    await form.removeAll()
    await form.removeAll()
    expect(() => readdirSync(parent)).toThrow('ENOENT')
  })

  test('names of Object.prototype are names', () => {
    const form = new MultipartForm()
    form.addValue('__proto__', '1')
    form.addValue('__proto__', '2')
    expect([...form.value]).toEqual([['__proto__', ['1', '2']]])
  })
})

describe('encodeMultipartForm', () => {
  test('fields first, then files', async () => {
    const form = new MultipartForm()
    form.addFile(
      'f',
      new FileHeader('x.txt', { bytes: Buffer.from('hello') }, { contentType: 'text/plain' })
    )
    form.addValue('a', '1')
    form.addValue('b', '')
    form.addValue('a', 'é')
    expect(await text(form, 'XX')).toBe(
      '--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' +
        '--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\né\r\n' +
        '--XX\r\nContent-Disposition: form-data; name="b"\r\n\r\n\r\n' +
        '--XX\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n' +
        '--XX--\r\n'
    )
  })

  test('an empty form', async () => {
    expect(await text(new MultipartForm(), 'XX')).toBe('--XX--\r\n')
  })

  test('names and types cannot end their line', async () => {
    const form = new MultipartForm()
    form.addValue('a"\r\nX: y', '1')
    form.addFile(
      'f',
      new FileHeader('"\\\r\n', { bytes: Buffer.of() }, { contentType: 'a/b\r\nX: y' })
    )
    const encoded = await text(form, 'XX')
    expect(encoded).toContain('name="a\\"%0D%0AX: y"\r\n')
    expect(encoded).toContain('filename="\\"\\\\%0D%0A"\r\nContent-Type: a/b  X: y\r\n')
  })

  test.each([[''], ['a'.repeat(71)], ['a\r\nb'], ['a"b'], ['a ']])(
    'refuses the boundary %j',
    async (boundary) => {
      await expect(text(new MultipartForm(), boundary)).rejects.toThrow(InvalidOptionError)
    }
  )
})

describe('writeMultipartForm', () => {
  test('waits for each write', async () => {
    const form = new MultipartForm()
    form.addValue('a', '1')
    form.addValue('b', '2')
    let pending = 0
    const chunks: Uint8Array[] = []
    const write = async (chunk: Uint8Array): Promise<void> => {
      expect(++pending).toBe(1)
      await new Promise(setImmediate)
      chunks.push(chunk)
      pending--
    }
    await writeMultipartForm({ write }, form, 'XX')
    expect(Buffer.concat(chunks).toString()).toBe(await text(form, 'XX'))
  })
})
