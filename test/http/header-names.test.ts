import { describe, expect, test } from 'vitest'
import { isToken } from '../../src/bytes/ascii.js'
import * as names from '../../src/http/header-names.js'

describe('Header constants', () => {
  const entries = Object.entries(names)

  test('120 of them, each name once', () => {
    expect(entries).toHaveLength(120)
    expect(new Set(entries.map(([, name]) => name.toLowerCase())).size).toBe(120)
  })

  test.each(entries)('%s is %s', (constant, name) => {
    expect(isToken(name)).toBe(true)
    expect(constant.toLowerCase()).toBe(`header${name.replaceAll('-', '').toLowerCase()}`)
  })
})
