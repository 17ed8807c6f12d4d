export { adapt, type AdaptOptions, type NodeHandler } from './adapt.js'
export { adaptFetch } from './adapt-fetch.js'
export { adaptHandler } from './adapt-handler.js'
export {
  adaptMiddleware,
  type CtxMiddleware,
  type Next,
  type NodeMiddleware,
} from './adapt-middleware.js'
export { CallableApp } from './callable-app.js'
export { nodeRequest, nodeResponse } from './shared-messages.js'
export { SecureServer } from './secure-server.js'
export { createServer, Server, type SecureServerOptions } from './server.js'
export { toFetchHandler, type FetchHandler } from './to-fetch-handler.js'
export { toNodeHandler, type ToNodeHandlerOptions } from './to-node-handler.js'
