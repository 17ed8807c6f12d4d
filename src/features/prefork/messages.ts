import type { AddressInfo } from 'node:net'

/** What master and workers tell each other, beside what else the program sends over the same channel. */
export type Message =
  /** From a worker: it listens. */
  | { prefork: 'listening'; address: AddressInfo }
  /** From a worker: it could not listen. */
  | { prefork: 'failed'; message: string; code: string | undefined }
  /** From the master: end, having given clients time to move on to other workers. */
  | { prefork: 'drain' }
  /** From the master: end. */
  | { prefork: 'stop' }

/** `value` as one of these messages; `undefined` for what is another's. */
export function asMessage(value: unknown): Message | undefined {
  const isOurs = typeof (value as Partial<Message> | null)?.prefork === 'string'
  return isOurs ? (value as Message) : undefined
}
