import { InvalidOptionError } from '../errors.js'
import { SERVER_DEFAULTS, type ServerOptions } from './options.js'
import { checkServerNames } from './option-names.js'
import type { ResolvedOptions } from './server-core.js'

/** Options where 0 and below mean the default, as in Go. */
const POSITIVE = [
  'concurrency',
  'readBufferSize',
  'maxRequestBodySize',
  'readHeaderTimeout',
] as const

/** Checks `options` and fills the defaults in. Throws `FH_ERR_INVALID_OPTION`. */
export function resolveOptions(options: ServerOptions): ResolvedOptions {
  checkServerNames(options)
  if (typeof options.handler !== 'function')
    throw new InvalidOptionError('handler must be a function')
  // Otherwise it would fail with each request, in the middle of Express.
  if ('handle' in options.handler && 'use' in options.handler)
    throw new InvalidOptionError('handler is an Express or connect app: give it to adapt() first')
  const resolved: Record<string, unknown> = { ...SERVER_DEFAULTS, ...options }
  for (const [name, fallback] of Object.entries(SERVER_DEFAULTS)) {
    const value = resolved[name]
    if (value === undefined) resolved[name] = fallback
    else if (typeof value !== typeof fallback || (typeof value === 'number' && !(value >= -1e15))) {
      throw new InvalidOptionError(`${name} must be a ${typeof fallback}`)
    }
  }
  for (const name of POSITIVE) {
    if ((resolved[name] as number) <= 0) resolved[name] = SERVER_DEFAULTS[name]
  }
  return resolved as unknown as ResolvedOptions
}
