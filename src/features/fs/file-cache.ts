import type { FileToSend, OpenedFile } from '../../server/send-file.js'
import type { FileCoding } from './options.js'

/** A file as it is served. */
export interface ServedFile extends FileToSend {
  /** Coding its bytes are in; `undefined` for none. */
  readonly coding: FileCoding | undefined
}

/** An open file and who uses it. */
class Entry {
  readonly served: ServedFile
  readonly expires: number
  users = 0
  dropped = false

  constructor(served: ServedFile, expires: number) {
    this.served = served
    this.expires = expires
  }

  /** The file for one more user, who closes it. */
  use(): ServedFile {
    this.users++
    const { file } = this.served
    let open = true
    const shared: OpenedFile = {
      read: (buffer, offset, length, position) => file.read(buffer, offset, length, position),
      close: async () => {
        if (!open) return
        open = false
        this.users--
        if (this.dropped && this.users === 0) await file.close()
      },
    }
    return { ...this.served, file: shared }
  }

  /** No further users: the last one closes the file. */
  drop(): void {
    if (this.dropped) return
    this.dropped = true
    // Nobody waits for it, and nothing was written that could be lost.
    if (this.users === 0) this.served.file.close().catch(() => {})
  }
}

/** Open files by what was asked for, each for a while; a file in use is closed by its last user. */
export class FileCache {
  readonly #entries = new Map<string, Entry>()
  readonly #duration: number
  readonly #max: number
  #timer: NodeJS.Timeout | undefined = undefined
  #stopped = false

  /**
   * @param duration - milliseconds; 0 keeps nothing
   * @param max - files; the oldest go first
   */
  constructor(duration: number, max: number, stop: AbortSignal | undefined) {
    this.#duration = duration
    this.#max = max
    if (stop?.aborted) this.#stop()
    else stop?.addEventListener('abort', () => this.#stop(), { once: true })
  }

  get(key: string): ServedFile | undefined {
    const entry = this.#entries.get(key)
    return entry === undefined || entry.expires <= Date.now() ? undefined : entry.use()
  }

  /** Keeps a file just opened, and gives it for use. */
  add(key: string, served: ServedFile): ServedFile {
    const entry = new Entry(served, Date.now() + this.#duration)
    const used = entry.use()
    this.#entries.get(key)?.drop()
    if (this.#duration <= 0 || this.#stopped) {
      this.#entries.delete(key)
      entry.drop()
    } else {
      this.#entries.delete(key)
      this.#entries.set(key, entry)
      if (this.#entries.size > this.#max) this.#dropOldest()
      this.#timer ??= setInterval(() => this.#sweep(), Math.max(1, this.#duration / 2)).unref()
    }
    return used
  }

  #dropOldest(): void {
    const [key, entry] = this.#entries.entries().next().value!
    this.#entries.delete(key)
    entry.drop()
  }

  #sweep(): void {
    const now = Date.now()
    for (const [key, entry] of this.#entries) {
      if (entry.expires > now) continue
      this.#entries.delete(key)
      entry.drop()
    }
    if (this.#entries.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #stop(): void {
    this.#stopped = true
    for (const entry of this.#entries.values()) entry.drop()
    this.#entries.clear()
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
