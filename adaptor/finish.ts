import { channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import {
  dumpsAtOnce,
  kEndCallbacks,
  keepsEndCallbacks,
  kWritableFinished,
  type RequestInternals,
  type ResponseInternals,
  type SocketInternals,
} from './node-internals.js'

const responseFinish = channel('http.server.response.finish')

/** Where a message keeps its turn on the connection. */
export const kTurn = Symbol('fasthttp.turn')

type TurnResponse = ResponseInternals & { [kTurn]?: { finished(): void } }

/*
 * node:http tells of the end of an answer in two ticks: 'finish', then 'close'. Ticks cost more than all else that happens then, so
 * where nobody listens the state changes in a microtask instead, behind the ticks in which somebody might still begin to listen.
 */

/** Responses whose end nobody has begun to listen to. */
const unheard: ResponseInternals[] = []
/** Requests whose body nobody has read. */
const unread: RequestInternals[] = []
const settled = Promise.resolve()

function isHeard(res: ResponseInternals): boolean {
  return (
    res._eventsCount > 0 ||
    res.emit !== EventEmitter.prototype.emit ||
    (keepsEndCallbacks && res[kEndCallbacks] !== null)
  )
}

function whenTicksAreOver(res: ResponseInternals): void {
  unheard.push(res)
  scheduleEnds()
}

let isScheduled = false

function scheduleEnds(): void {
  if (isScheduled) return
  isScheduled = true
  void settled.then(runEnds)
}

function runEnds(): void {
  isScheduled = false
  for (const res of unheard.splice(0)) endUnheard(res)
  for (const req of unread.splice(0)) endUnread(req)
}

function endUnheard(res: ResponseInternals): void {
  if (isHeard(res)) {
    process.nextTick(res.socket === null ? emitClose : finishNow, res)
    return
  }
  const isPart = res.socket === null
  if (!isPart) part(res)
  if (keepsEndCallbacks) res[kWritableFinished] = true
  res.destroyed = true
  res._closed = true
  if (!isPart) attachNext(res)
}

/** Emits 'finish' when the current turn of the handler is over. */
export function finishSoon(res: ResponseInternals): void {
  if (isHeard(res)) process.nextTick(finishNow, res)
  else whenTicksAreOver(res)
}

/** Tells of the end of an answer, as node's `end` does when its output is written. */
export function finishNow(res: ResponseInternals, err?: Error | null): void {
  const socket = res.socket as SocketInternals | null
  const failed = socket?._hadError === true || (keepsEndCallbacks && (err ?? socket?.errored))
  if (failed) {
    callBack(res, err ?? socket?.errored)
    return
  }
  if (keepsEndCallbacks) {
    res[kWritableFinished] = true
    callBack(res, null)
  }
  onFinish.call(res)
  res.emit('finish')
}

function callBack(res: ResponseInternals, err: Error | null | undefined): void {
  const callbacks = res[kEndCallbacks] ?? []
  if (callbacks.length > 0) res[kEndCallbacks] = null
  for (const callback of callbacks) callback(err)
}

/** What node:http's own listener of 'finish' does. */
export function onFinish(this: ResponseInternals): void {
  part(this)
  if (isHeard(this)) process.nextTick(emitClose, this)
  else whenTicksAreOver(this)
  attachNext(this)
}

/** The next response gets the connection. */
function attachNext(res: TurnResponse): void {
  res[kTurn]?.finished()
}

/** Response and connection part. */
function part(response: ResponseInternals): void {
  const request = response.req as RequestInternals
  const socket = response.socket as SocketInternals | null
  if (responseFinish.hasSubscribers) {
    responseFinish.publish({ request, response, socket, server: socket?.server })
  }
  if (!request._consuming && !request._readableState.resumeScheduled) retire(request)
  if (socket?._httpMessage === response) socket._httpMessage = null
  ;(response as { socket: unknown }).socket = null
}

/** Takes a body that nobody has read off the wire. */
function retire(req: RequestInternals): void {
  if (isWanted(req)) req._dump()
  else {
    unread.push(req)
    scheduleEnds()
  }
}

function isWanted(req: RequestInternals): boolean {
  return req._eventsCount > 0 || !req.complete || req._readableState.length > 0
}

function endUnread(req: RequestInternals): void {
  if (isWanted(req)) return req._dump()
  // What reading to the end would leave behind, without the ticks it takes to tell nobody.
  const state = req._readableState
  req._dumped = true
  state.ended = true
  state.endEmitted = true
  state.destroyed = true
  state.closed = true
  state.closeEmitted = true
}

/** A request that nobody reads has ended by the 'close' of its response. */
function endBefore(res: ResponseInternals): void {
  const req = res.req as RequestInternals
  if (!req.destroyed && !req._dumped && !req._consuming && !isWanted(req)) endUnread(req)
}

export function emitClose(res: ResponseInternals): void {
  if (res._closed) return
  if (dumpsAtOnce) endBefore(res)
  res.destroyed = true
  res._closed = true
  res.emit('close')
}
