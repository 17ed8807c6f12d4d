import { createReadStream } from 'node:fs'
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { InvalidOptionError } from '../errors.js'

/** Where the content of an uploaded file is: in memory, or in a file. */
export type FileContent = { readonly bytes: Uint8Array } | { readonly path: string }

/** A file of a multipart form. Go: `multipart.FileHeader`. */
export class FileHeader {
  /** Name the client gave, without directories; `''` when it gave none. It is the client's to choose: do not trust it. */
  readonly filename: string
  /** Media type the client gave, without parameters, in lower case. */
  readonly contentType: string
  /** Size in bytes. */
  readonly size: number
  #content: FileContent

  /**
   * @param filename - name as the receiver is to see it
   * @param content - the bytes, or the path of a file that holds them
   * @param size - size in bytes; needed for a file, taken from `content` for bytes
   */
  constructor(
    filename: string,
    content: FileContent,
    { contentType = 'application/octet-stream', size }: { contentType?: string; size?: number } = {}
  ) {
    if ('path' in content && size === undefined) throw new InvalidOptionError('size')
    this.filename = filename
    this.contentType = contentType
    this.size = 'bytes' in content ? content.bytes.length : size!
    this.#content = content
  }

  /** The content as a stream. Valid until the form's files are removed. */
  open(): Readable {
    const content = this.#content
    return 'path' in content ? createReadStream(content.path) : Readable.from([content.bytes])
  }

  /** The whole content. Valid until the form's files are removed. */
  async bytes(): Promise<Buffer> {
    const content = this.#content
    if ('path' in content) return readFile(content.path)
    return Buffer.from(content.bytes.buffer, content.bytes.byteOffset, content.bytes.byteLength)
  }

  /** @internal Moves the content to `path`, where it stays when the form's files are removed. */
  async _saveTo(path: string): Promise<void> {
    const content = this.#content
    if ('bytes' in content) {
      await writeFile(path, content.bytes)
    } else {
      await rename(content.path, path).catch(async (err: NodeJS.ErrnoException) => {
        if (err.code !== 'EXDEV') throw err
        await copyFile(content.path, path)
      })
      this.#content = { path }
    }
  }
}

/** A decoded multipart form. Go: `multipart.Form`. */
export class MultipartForm {
  /** Values of the fields by name, in order. */
  readonly value = new Map<string, string[]>()
  /** Files by the name of their field, in order. */
  readonly file = new Map<string, FileHeader[]>()
  #directory: Promise<string> | undefined = undefined
  #files = 0

  /** Adds a field. */
  addValue(name: string, value: string): void {
    append(this.value, name, value)
  }

  /** Adds a file. */
  addFile(name: string, file: FileHeader): void {
    append(this.file, name, file)
  }

  /**
   * Deletes the temporary files of the form. The server does so when the handler has settled; what is needed longer must have been
   * saved or read by then.
   */
  async removeAll(): Promise<void> {
    const directory = this.#directory
    this.#directory = undefined
    if (directory !== undefined) await rm(await directory, { recursive: true, force: true })
  }

  /** @internal Path for a new temporary file, in a directory that only this user can read. */
  async _temporaryPath(): Promise<string> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'fasthttp-'))
    return join(await this.#directory, String(this.#files++))
  }
}

/**
 * Saves an uploaded file under `path`, which is replaced when it exists; a temporary file is renamed where that is possible. Rejects
 * with the error of the file system. Go: `SaveMultipartFile`.
 */
export function saveMultipartFile(file: FileHeader, path: string): Promise<void> {
  return file._saveTo(path)
}

/**
 * Writes a form as a `multipart/form-data` body (RFC 7578): fields first, then files. Rejects with `FH_ERR_INVALID_OPTION` when the
 * boundary is not 1 to 70 characters of RFC 2046, section 5.1.1. Go: `WriteMultipartForm`.
 *
 * @param w - its `write` is awaited, so that it may return a promise
 */
export async function writeMultipartForm(
  w: { write(chunk: Uint8Array): unknown },
  form: MultipartForm,
  boundary: string
): Promise<void> {
  for await (const chunk of encodeMultipartForm(form, boundary)) await w.write(chunk)
}

/** The body {@link writeMultipartForm} writes, piece by piece. */
export async function* encodeMultipartForm(
  form: MultipartForm,
  boundary: string
): AsyncGenerator<Uint8Array, undefined> {
  if (!BOUNDARY.test(boundary)) throw new InvalidOptionError('boundary')
  let delimiter = `--${boundary}\r\n`
  for (const [name, values] of form.value) {
    for (const value of values) {
      yield Buffer.from(`${delimiter}${disposition(name)}\r\n\r\n${value}`)
      delimiter = `\r\n--${boundary}\r\n`
    }
  }
  for (const [name, files] of form.file) {
    for (const file of files) {
      const type = file.contentType.replace(/[\r\n]/g, ' ')
      const head = `${disposition(name)}; filename="${quoted(file.filename)}"\r\nContent-Type: ${type}`
      yield Buffer.from(`${delimiter}${head}\r\n\r\n`)
      yield* file.open()
      delimiter = `\r\n--${boundary}\r\n`
    }
  }
  yield Buffer.from(`${delimiter.slice(0, -2)}--\r\n`)
}

const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/

const disposition = (name: string): string =>
  `Content-Disposition: form-data; name="${quoted(name)}"`

/** Escapes what would end a quoted parameter or its line. */
function quoted(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}
