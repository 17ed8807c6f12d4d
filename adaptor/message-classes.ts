import http from 'node:http'
import type { Duplex } from 'node:stream'
import {
  kIncomingMessage,
  kServerResponse,
  type RequestInternals,
  type ResponseInternals,
} from './node-internals.js'

export type RequestClass = new (socket: Duplex) => RequestInternals
export type ResponseClass = new (
  request: http.IncomingMessage,
  options: object
) => ResponseInternals

/** Constructors for the two messages of a request. */
export interface MessageClasses {
  readonly Request: RequestClass
  readonly Response: ResponseClass
}

/** The part of an Express application (4 and 5) that concerns the objects given to it. */
interface ExpressApp {
  handle(req: unknown, res: unknown): void
  readonly request: object
  readonly response: object
}

function isExpressApp(target: unknown): target is ExpressApp {
  if (typeof target !== 'function') return false
  const app = target as Partial<ExpressApp>
  return (
    typeof app.handle === 'function' &&
    app.request instanceof http.IncomingMessage &&
    app.response instanceof http.ServerResponse
  )
}

/*
 * Messages are built by node's own constructors over another prototype. The constructor chain must lead to node's (setPrototypeOf on
 * the function), since V8 sizes the objects by it: without that, every field past the first few is moved out and creation is
 * twenty times slower. Own fields are declared here for the same reason.
 */

/** node's message constructors are plain functions, which their types hide. */
function construct(of: unknown): (this: object, ...args: unknown[]) => void {
  return of as (this: object, ...args: unknown[]) => void
}

function requestClass(prototype: object): RequestClass {
  function AdaptedRequest(this: RequestInternals, socket: Duplex) {
    construct(http.IncomingMessage).call(this, socket)
  }
  AdaptedRequest.prototype = prototype
  Object.setPrototypeOf(AdaptedRequest, http.IncomingMessage)
  return AdaptedRequest as unknown as RequestClass
}

function responseClass(prototype: object): ResponseClass {
  function AdaptedResponse(
    this: ResponseInternals,
    request: http.IncomingMessage,
    options: object
  ) {
    construct(http.ServerResponse).call(this, request, options)
  }
  AdaptedResponse.prototype = prototype
  Object.setPrototypeOf(AdaptedResponse, http.ServerResponse)
  return AdaptedResponse as unknown as ResponseClass
}

const plain: MessageClasses = {
  Request: requestClass(Object.create(http.IncomingMessage.prototype) as object),
  Response: responseClass(Object.create(http.ServerResponse.prototype) as object),
}

const ofExpressApp = new WeakMap<object, MessageClasses>()

/**
 * Classes for the messages that `target` receives. Express gives the objects its app's prototypes with `setPrototypeOf`, which costs
 * more than the rest of the request on Node 20 and 22; objects made with these prototypes make that call do nothing.
 */
export function classesFor(target: unknown): MessageClasses {
  if (!isExpressApp(target)) return plain
  let classes = ofExpressApp.get(target.request)
  if (classes === undefined) {
    classes = { Request: requestClass(target.request), Response: responseClass(target.response) }
    ofExpressApp.set(target.request, classes)
  }
  return classes
}

/** Classes for the messages that the 'request' listeners of `server` receive. */
export function classesOfServer(server: http.Server): MessageClasses {
  const own = server as unknown as Record<symbol, unknown>
  const Request = own[kIncomingMessage]
  const Response = own[kServerResponse]
  const isDefault =
    (Request ?? http.IncomingMessage) === http.IncomingMessage &&
    (Response ?? http.ServerResponse) === http.ServerResponse
  if (!isDefault) return { Request: Request as RequestClass, Response: Response as ResponseClass }
  const [listener, second] = server.listeners('request')
  return second === undefined ? classesFor(listener) : plain
}
