import type { JSONSchema } from '@typescript-eslint/utils'

/** A callee, by its last name or dotted path, optionally only from one package. */
export type CalleePattern = string | { name: string; package?: string }

/** What projects may say about their own code; the same keys may sit in `settings.fasthttp`. */
export interface RetentionOptions {
  /** More registrar methods or functions that take handlers. */
  handlers?: CalleePattern[]
  /** More type names that stand for a request context. */
  ctxTypes?: string[]
  /** Callees that run their callback before they return. */
  sync?: CalleePattern[]
  /** Callees that keep their callback for later. */
  deferred?: CalleePattern[]
  /** Callees that wait for the promises or callbacks they are given. */
  awaiting?: CalleePattern[]
  /** Callees whose result is a copy of what they are given. */
  copies?: CalleePattern[]
  /** What accessors like `path()` return: by type when known and else strings, or as stated. */
  accessors?: 'auto' | 'bytes' | 'string'
  /** `strict` reports an awaited `Promise.all`: a rejection leaves the others running. */
  promiseAll?: 'safe' | 'strict'
  /** What to do about callbacks given to callees nothing is known about. */
  unknownCallbacks?: 'listed' | 'report' | 'ignore'
}

export type ResolvedOptions = Required<RetentionOptions>

export const DEFAULT_OPTIONS: ResolvedOptions = {
  handlers: [],
  ctxTypes: [],
  sync: [],
  deferred: [],
  awaiting: [],
  copies: [],
  accessors: 'auto',
  promiseAll: 'safe',
  unknownCallbacks: 'listed',
}

const patterns = (description: string): JSONSchema.JSONSchema4 => ({
  description,
  type: 'array',
  items: {
    oneOf: [
      { type: 'string' },
      {
        type: 'object',
        properties: { name: { type: 'string' }, package: { type: 'string' } },
        required: ['name'],
        additionalProperties: false,
      },
    ],
  },
})

export const RETENTION_SCHEMA: JSONSchema.JSONSchema4[] = [
  {
    type: 'object',
    properties: {
      handlers: patterns('More functions and methods that register request handlers.'),
      ctxTypes: {
        description: 'More type names that stand for a request context.',
        type: 'array',
        items: { type: 'string' },
      },
      sync: patterns('Callees that run their callback before they return.'),
      deferred: patterns('Callees that keep their callback for later.'),
      awaiting: patterns('Callees that wait for the promises or callbacks they are given.'),
      copies: patterns('Callees whose result is a copy of what they are given.'),
      accessors: {
        description: 'Whether accessors such as path() return strings or views of the memory.',
        type: 'string',
        enum: ['auto', 'bytes', 'string'],
      },
      promiseAll: {
        description: 'Whether an awaited Promise.all counts as waiting for all of its promises.',
        type: 'string',
        enum: ['safe', 'strict'],
      },
      unknownCallbacks: {
        description: 'What to do about callbacks given to callees nothing is known about.',
        type: 'string',
        enum: ['listed', 'report', 'ignore'],
      },
    },
    additionalProperties: false,
  },
]

/** Rule options over `settings.fasthttp` over the defaults. */
export function resolveOptions(options: unknown, settings: unknown): ResolvedOptions {
  const shared = (settings as { fasthttp?: RetentionOptions } | undefined)?.fasthttp
  const own = options as RetentionOptions | undefined
  if (!shared && Object.keys(own ?? {}).length === 0) return DEFAULT_OPTIONS
  return { ...DEFAULT_OPTIONS, ...shared, ...own }
}

/** Does one of the patterns name this callee? `path` is null when its origin is unknown. */
export function matches(
  list: readonly CalleePattern[],
  name: string,
  path: string | null
): boolean {
  return list.some((pattern) => {
    const wanted = typeof pattern === 'string' ? pattern : pattern.name
    const from = typeof pattern === 'string' ? undefined : pattern.package
    if (from !== undefined) return path === `${from}.${wanted}`
    return wanted === name || wanted === path
  })
}
