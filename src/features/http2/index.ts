export { configureServer } from './configure-server.js'
export { HTTP2_DEFAULTS, type HTTP2Options } from '../../server/http2/options.js'
