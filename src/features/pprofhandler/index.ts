export { pprofHandler } from './pprof-handler.js'
