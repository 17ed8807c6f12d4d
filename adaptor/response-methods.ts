import http from 'node:http'
import {
  inherited,
  kOutHeaders,
  type OutHeaders,
  type ResponseInternals,
} from './node-internals.js'

/*
 * Adapted responses carry methods of their own in place of the two that take most of node:http's time. Each does the frequent case,
 * and leaves all others, errors included, to node's.
 */

const { prototype } = http.ServerResponse
// Never called without a `this`.
const { setHeader: nodeSetHeader, end: nodeEnd } = prototype

/** What `end` needs of the connection. */
export interface AnswerOutput {
  /** Sends a whole answer and goes on to 'finish'. */
  writeAnswer(head: string, body: string | Uint8Array | undefined): void
}

const kOutput = Symbol('fasthttp.output')

type FastResponse = ResponseInternals & { [kOutput]?: AnswerOutput }

/** Gives `res` the methods, unless somebody has patched node's or those of its prototype. */
export function useFastMethods(res: ResponseInternals, output: AnswerOutput): void {
  const proto = inherited(res)
  if (proto.setHeader === nodeSetHeader) res.setHeader = setHeader as typeof res.setHeader
  if (proto.end === nodeEnd) {
    res.end = end as typeof res.end
    ;(res as FastResponse)[kOutput] = output
  }
}

/** Names of fields that were set before, by their spelling: valid, in lower case. */
const lowerNames = new Map<string, string>()
const MAX_NAMES = 512
/** What node:http refuses in a value. */
const INVALID_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

function setHeader(
  this: ResponseInternals,
  name: string,
  value: number | string | readonly string[]
): ResponseInternals {
  const lower = lowerNames.get(name)
  const fields = this[kOutHeaders]
  const isSimple =
    typeof value === 'string' ? !INVALID_IN_VALUE.test(value) : typeof value === 'number'
  if (lower === undefined || !isSimple || fields === undefined || this._header !== null) {
    inherited(this).setHeader.call(this, name, value)
    if (lower === undefined && lowerNames.size < MAX_NAMES) lowerNames.set(name, name.toLowerCase())
  } else if (fields === null) {
    const first = Object.create(null) as OutHeaders
    first[lower] = [name, value]
    this[kOutHeaders] = first
  } else {
    fields[lower] = [name, value]
  }
  return this
}

/** A whole answer in one call. */
function end(
  this: FastResponse,
  chunk?: unknown,
  encoding?: unknown,
  callback?: unknown
): ResponseInternals {
  const length = callback === undefined && isUtf8(encoding) ? lengthOf(chunk) : -1
  if (length >= 0 && this._header === null && isUntouched(this)) {
    this._contentLength = length
    this._implicitHeader()
    // Whoever replaced `writeHead` may have done anything.
    if (isUntouched(this) && !this.chunkedEncoding && (this._hasBody || length === 0)) {
      ;(this[kOutput] as AnswerOutput).writeAnswer(
        this._header as unknown as string,
        length === 0 ? undefined : (chunk as string | Uint8Array)
      )
      return this
    }
  }
  inherited(this).end.call(this, chunk, encoding as BufferEncoding, callback as () => void)
  return this
}

function isUtf8(encoding: unknown): boolean {
  return encoding === undefined || encoding === null || encoding === 'utf8'
}

/** Length in bytes of a body that is sent as it is; -1 for what is left to node. */
function lengthOf(chunk: unknown): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk)
  if (chunk === undefined || chunk === null) return 0
  return chunk instanceof Uint8Array && chunk.length > 0 ? chunk.length : -1
}

/** Has the response the connection, nothing written to it and no setting that calls for more care? */
function isUntouched(res: ResponseInternals): boolean {
  return (
    !res._headerSent &&
    !res.finished &&
    !res.destroyed &&
    !res.strictContentLength &&
    res.outputData.length === 0 &&
    res.socket?.writable === true &&
    res.writableCorked === 0
  )
}
