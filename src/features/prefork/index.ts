export { PREFORK_DEFAULTS, type PreforkOptions } from './options.js'
export { Prefork } from './prefork.js'
export { isChild } from './worker.js'
