import { METHODS } from 'node:http'
import { expect, test } from 'vitest'
import * as methods from '../../src/http/methods.js'

test('nine methods, named as in Go', () => {
  const entries = Object.entries(methods)
  expect(entries).toHaveLength(9)
  for (const [name, method] of entries) {
    expect(name.toLowerCase()).toBe(`method${method.toLowerCase()}`)
    expect(METHODS).toContain(method)
  }
})
