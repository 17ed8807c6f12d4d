export { adapt, type AdaptOptions, type NodeHandler } from './adapt.js'
export { createServer, Server } from './server.js'
