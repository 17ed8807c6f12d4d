import type { ts } from 'ts-morph'

/** Nothing was sent yet. */
export const OPEN = 1
/** An answer was given. */
export const ANSWERED = 2
/** `next` was called: another handler answers. */
export const PASSED = 4

export const SETTLED = ANSWERED | PASSED
export const ANY = OPEN | SETTLED

/** A value whose truth tells what happened: `const user = authenticate(req, res)`. */
interface Known {
  symbol: ts.Symbol
  truthy: number
  falsy: number
}

/** The set of things that can have happened at one point of a function, as bits. */
export interface FlowState {
  bits: number
  known: Known | undefined
}

export const UNREACHABLE: FlowState = { bits: 0, known: undefined }

export function state(bits: number, known?: Known): FlowState {
  return { bits, known }
}

export function join(a: FlowState, b: FlowState): FlowState {
  if (a.bits === 0) return b
  if (b.bits === 0) return a
  return { bits: a.bits | b.bits, known: a.known === b.known ? a.known : undefined }
}

/** What a call of a function can lead to. */
export interface Summary {
  truthy: number
  falsy: number
  /** Its result is a promise after conversion: the caller must wait for it. */
  promise: boolean
  /** It returns what an answering call returned: an object before, nothing after. */
  returnsAnswer: boolean
}

export const UNKNOWN_SUMMARY: Summary = {
  truthy: ANY,
  falsy: ANY,
  promise: true,
  returnsAnswer: true,
}

/** A handler called through a parameter: each that can stand there is proved on its own. */
export const HANDLER_SUMMARY: Summary = {
  truthy: SETTLED,
  falsy: SETTLED,
  promise: true,
  returnsAnswer: false,
}

/** A helper that stays on (req, res), called through `adaptHandler`. */
export const BRIDGED_SUMMARY: Summary = {
  truthy: ANSWERED,
  falsy: ANSWERED,
  promise: true,
  returnsAnswer: true,
}

/** A helper that stays and only reads the request: called with `nodeRequest`. */
export const READER_SUMMARY: Summary = {
  truthy: OPEN,
  falsy: OPEN,
  promise: false,
  returnsAnswer: false,
}
