/** Values a request carries from one handler to the next. A list of pairs: faster than a Map for the few there are. */
export class UserValues {
  readonly #keys: unknown[] = []
  readonly #values: unknown[] = []

  get(key: unknown): unknown {
    const i = this.#keys.indexOf(key)
    return i < 0 ? undefined : this.#values[i]
  }

  /** Sets a value; `undefined` or `null` under a key that is not there changes nothing, as in Go. */
  set(key: unknown, value: unknown): void {
    const i = this.#keys.indexOf(key)
    if (i >= 0) this.#values[i] = value
    else if (value !== undefined && value !== null) {
      this.#keys.push(key)
      this.#values.push(value)
    }
  }

  delete(key: unknown): void {
    const i = this.#keys.indexOf(key)
    if (i < 0) return
    this.#keys.splice(i, 1)
    this.#values.splice(i, 1)
  }

  forEach(fn: (key: unknown, value: unknown) => void): void {
    for (let i = 0; i < this.#keys.length; i++) fn(this.#keys[i], this.#values[i])
  }

  /**
   * Forgets all values, disposing of those that can be.
   *
   * @param ctx - given to their dispose methods
   */
  reset(ctx?: unknown): void {
    if (this.#keys.length === 0) return
    for (const value of this.#values) dispose(value, ctx)
    this.#keys.length = 0
    this.#values.length = 0
  }
}

function dispose(value: unknown, ctx: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const method = (value as { [Symbol.dispose]?: unknown })[
    Symbol.dispose ?? Symbol.for('Symbol.dispose')
  ]
  if (typeof method === 'function') method.call(value, ctx)
}

/** The form a key is kept in: bytes stand for the string they spell, as in Go. */
export function userValueKey(key: unknown): unknown {
  return key instanceof Uint8Array ? Buffer.from(key).toString('utf8') : key
}
