import * as fsPromises from 'node:fs/promises'
import type { OpenedFile } from '../../server/send-file.js'

/** What is known of a file, as far as it is needed here. */
export interface FileStat {
  isFile(): boolean
  isDirectory(): boolean
  /** Bytes. */
  readonly size: number
  readonly mtime: Date
}

/** Where files come from; `node:fs/promises` is one. Go: `fs.FS`. */
export interface FileSystem {
  stat(path: string): Promise<FileStat>
  open(path: string): Promise<OpenedFile>
  readdir(path: string): Promise<string[]>
}

/** The files of the operating system. */
export const osFileSystem: FileSystem = fsPromises

/** A file that is in memory. */
export class MemoryFile implements OpenedFile {
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number
  ): Promise<{ bytesRead: number }> {
    const bytesRead = this.#bytes.copy(buffer, offset, position, position + length)
    return { bytesRead }
  }

  async close(): Promise<void> {}
}

/** Reads `length` bytes from the start of a file, or as many as there are. */
export async function readStart(file: OpenedFile, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}
