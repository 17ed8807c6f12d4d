/** Where a {@link StreamWriter} writes a body piece by piece. */
export interface BodyWriter {
  /**
   * Adds to the body. Nothing is sent before `flush`, or before enough has gathered.
   * Throws `FH_ERR_CONNECTION_CLOSED` once the client is gone.
   */
  write(data: string | Uint8Array): void
  /** Sends what was written. The promise settles when the client can take more; it rejects as `write` throws. */
  flush(): Promise<void>
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
}

/** Writes a response body; the body ends when the function returns or its promise settles. Go: `StreamWriter`. */
export type StreamWriter = (w: BodyWriter) => void | Promise<void>
