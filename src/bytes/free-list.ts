/** Objects kept by one free list at most: enough for a burst, too few to matter when idle. */
const MAX_FREE = 32

/** What a free list can keep. */
export interface Reusable {
  /** Puts the object back into the state it was constructed in. */
  reset(): void
}

/** Told of what is acquired and released, in development mode: nothing is used again then. */
export interface ReleaseWatcher {
  acquired(object: object): void
  released(object: object): void
}

let watcher: ReleaseWatcher | undefined

/** Sets the watcher of all free lists, for the rest of the process. */
export function watchReleases(next: ReleaseWatcher): void {
  watcher = next
}

/** A bounded stack of objects to use again. */
export class FreeList<T extends Reusable> {
  readonly #free: T[] = []
  readonly #create: () => T

  /** @param create - makes an object when none is free */
  constructor(create: () => T) {
    this.#create = create
  }

  acquire(): T {
    if (watcher !== undefined) {
      const object = this.#create()
      watcher.acquired(object)
      return object
    }
    return this.#free.pop() ?? this.#create()
  }

  /** Resets `object` and keeps it, unless the list is full. Releasing an object twice keeps it once. */
  release(object: T): void {
    if (watcher !== undefined) return watcher.released(object)
    object.reset()
    if (this.#free.length < MAX_FREE && !this.#free.includes(object)) this.#free.push(object)
  }
}
