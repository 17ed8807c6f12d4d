/** A cookie value as RFC 6265, section 4.1.1 has it, quotes around it allowed; laxer where browsers are: spaces and commas pass. */
const VALUE = /^[\x20\x21\x23-\x3a\x3c-\x5b\x5d-\x7e\x80-\xff]*$/

/** The cookies of a request: pairs in the order sent, duplicates kept. */
export class RequestCookies {
  #keys: string[] = []
  #values: string[] = []

  /** Adds the cookies of one Cookie line; those with an invalid value are left out. */
  parse(line: string): void {
    for (const part of line.split(';')) {
      const pair = part.replace(/^[ \t]+|[ \t]+$/g, '')
      if (pair === '') continue
      const eq = pair.indexOf('=')
      let value = pair.slice(eq + 1)
      if (value.length > 1 && value.startsWith('"') && value.endsWith('"'))
        value = value.slice(1, -1)
      if (!VALUE.test(value)) continue
      this.#keys.push(eq < 0 ? '' : pair.slice(0, eq))
      this.#values.push(value)
    }
  }

  get(key: string): string | undefined {
    const i = this.#keys.indexOf(key)
    return i < 0 ? undefined : this.#values[i]
  }

  set(key: string, value: string): void {
    const clean = value.replace(/;/g, ' ')
    const i = this.#keys.indexOf(key)
    if (i < 0) {
      this.#keys.push(key.replace(/;/g, ' '))
      this.#values.push(clean)
    } else {
      this.#values[i] = clean
    }
  }

  delete(key: string): void {
    const kept = this.#keys.map((k, i) => [k, this.#values[i]!] as const).filter(([k]) => k !== key)
    this.#keys = kept.map(([k]) => k)
    this.#values = kept.map(([, v]) => v)
  }

  *all(): IterableIterator<[key: string, value: string]> {
    for (let i = 0; i < this.#keys.length; i++) yield [this.#keys[i]!, this.#values[i]!]
  }

  reset(): void {
    this.#keys.length = 0
    this.#values.length = 0
  }

  toString(): string {
    return this.#keys
      .map((k, i) => (k === '' ? this.#values[i] : `${k}=${this.#values[i]}`))
      .join('; ')
  }
}
