import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createCompressor } from '../../bytes/coding/compressor.js'
import { gzip } from '../../bytes/coding/gzip.js'
import type { Logger } from '../../server/request-ctx.js'
import type { OpenedFile } from '../../server/send-file.js'
import { MemoryFile, readStart } from './file-system.js'
import type { FileCoding } from './options.js'

/** A larger file is served as it is. */
const MAX_BYTES = 8 * 1024 * 1024
/** What of a file is looked at to tell whether compressing it is worth it, and how short that must become. */
const SAMPLE_BYTES = 4 * 1024
const MAX_RATIO = 0.8
/** File systems differ in how exact their times are. */
const TIME_TOLERANCE_MS = 1000

/** An original, open. */
export interface Original {
  readonly file: OpenedFile
  readonly size: number
  readonly mtime: Date
}

/** A compressed copy, open. */
export interface Copy {
  readonly file: OpenedFile
  readonly size: number
}

/** Compressed copies of files; each is made once, however many ask for it at a time. */
export class CompressedCopies {
  readonly #making = new Map<string, Promise<void>>()

  /**
   * Opens the copy at `path`, made anew when the original is newer. `undefined` when compressing is not worth it, or no copy can be written.
   *
   * @param path - in the file system of the operating system
   */
  async open(
    path: string,
    original: Original,
    coding: FileCoding,
    logger: Logger
  ): Promise<Copy | undefined> {
    const current = await openCurrent(path, original.mtime)
    if (current !== undefined) return current
    if (!(await isWorthwhile(original))) return undefined
    try {
      await this.#make(path, original, coding)
    } catch (err) {
      logger.printf('%s', `cannot write the compressed copy ${path}: ${String(err)}`)
      return undefined
    }
    return openCurrent(path, original.mtime)
  }

  async #make(path: string, original: Original, coding: FileCoding): Promise<void> {
    const making = this.#making.get(path)
    if (making !== undefined) return making
    const made = make(path, original, coding).finally(() => this.#making.delete(path))
    this.#making.set(path, made)
    return made
  }
}

/** A compressed copy in memory, for files that are not the operating system's; `undefined` when it is not worth it. */
export async function copyInMemory(
  original: Original,
  coding: FileCoding
): Promise<Copy | undefined> {
  if (!(await isWorthwhile(original))) return undefined
  const bytes = await compressed(original, coding)
  return { file: new MemoryFile(bytes), size: bytes.length }
}

async function openCurrent(path: string, mtime: Date): Promise<Copy | undefined> {
  try {
    const found = await stat(path)
    if (!found.isFile() || mtime.getTime() - found.mtimeMs >= TIME_TOLERANCE_MS) return undefined
    return { file: await open(path), size: found.size }
  } catch {
    return undefined
  }
}

async function isWorthwhile({ file, size }: Original): Promise<boolean> {
  if (size > MAX_BYTES || size === 0) return false
  const sample = await readStart(file, Math.min(size, SAMPLE_BYTES))
  return gzip(sample).length < sample.length * MAX_RATIO
}

async function compressed({ file, size }: Original, coding: FileCoding): Promise<Buffer> {
  const compressor = createCompressor(coding, undefined, false)
  compressor.end(await readStart(file, size))
  return buffer(compressor)
}

/** Nobody sees a copy that is not complete: it is written under a name of its own, then renamed. */
async function make(path: string, original: Original, coding: FileCoding): Promise<void> {
  const bytes = await compressed(original, coding)
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(bytes)
    } finally {
      await file.close()
    }
    await utimes(temporary, original.mtime, original.mtime)
    await rename(temporary, path)
  } catch (err) {
    await rm(temporary, { force: true })
    throw err
  }
}
