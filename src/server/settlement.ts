/**
 * What a handler returns that says itself when it has settled: its connection hears of it at once and without promises. Whoever else
 * waits for it gets one.
 */
export class Settlement implements Promise<void> {
  #isSettled = false
  #onSettled: (() => void) | undefined = undefined

  get [Symbol.toStringTag](): string {
    return 'Settlement'
  }

  /** Calls `listener`, the only one, as soon as this has settled. */
  notify(listener: () => void): void {
    if (this.#isSettled) listener()
    else this.#onSettled = listener
  }

  then<A = void, B = never>(
    onFulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null
  ): Promise<A | B> {
    return new Promise<void>((resolve) => this.notify(resolve)).then(onFulfilled, onRejected)
  }

  catch<B = never>(
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null
  ): Promise<void | B> {
    return this.then(undefined, onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<void> {
    return this.then().finally(onFinally)
  }

  /** Happens once. */
  protected settle(): void {
    this.#isSettled = true
    this.#onSettled?.()
  }
}
