// What a connection is doing.

export const HEAD = 0
/** Gathering a body before the handler runs. */
export const BODY = 1
/** The handler has not settled. */
export const HANDLER = 2
/** A body stream is being sent. */
export const RESPONSE = 3
/** Discarding what the handler left of the request body. */
export const DRAIN = 4
/** Answered and half closed: input is discarded, so that its arrival cannot reset the connection under the answer. */
export const LINGER = 5
export const HIJACKED = 6
export const CLOSED = 7
/** Serving no connection. */
export const FREE = 8
