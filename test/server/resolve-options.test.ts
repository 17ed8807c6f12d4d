import connect from 'connect'
import express from 'express'
import { expect, test } from 'vitest'
import { adapt } from '../../adaptor/adapt.js'
import { resolveOptions } from '../../src/server/resolve-options.js'
import type { ServerOptions } from '../../src/server/options.js'

test.each<[string, () => unknown, string]>([
  ['nothing', () => undefined, 'the options of Server must be an object'],
  ['a function', () => () => {}, 'the options of Server must be an object'],
  ['no handler', () => ({}), 'handler must be a function'],
  ['an Express app', () => ({ handler: express() }), 'give it to adapt() first'],
  ['a connect app', () => ({ handler: connect() }), 'give it to adapt() first'],
  [
    'text for a number',
    () => ({ handler() {}, readTimeout: '5s' }),
    'readTimeout must be a number',
  ],
])('%s is refused', (_, options, message) => {
  expect(() => resolveOptions(options() as ServerOptions)).toThrow(
    expect.objectContaining({
      code: 'FH_ERR_INVALID_OPTION',
      message: expect.stringContaining(message),
    })
  )
})

test('an adapted app is a handler', () => {
  const handler = adapt(express())
  expect(resolveOptions({ handler }).handler).toBe(handler)
})
