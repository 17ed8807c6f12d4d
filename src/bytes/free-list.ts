/** Objects kept by one free list at most: enough for a burst, too few to matter when idle. */
const MAX_FREE = 32

/** What a free list can keep. */
export interface Reusable {
  /** Puts the object back into the state it was constructed in. */
  reset(): void
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
    return this.#free.pop() ?? this.#create()
  }

  /** Resets `object` and keeps it, unless the list is full. Releasing an object twice keeps it once. */
  release(object: T): void {
    object.reset()
    if (this.#free.length < MAX_FREE && !this.#free.includes(object)) this.#free.push(object)
  }
}
