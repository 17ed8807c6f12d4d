import fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyOf } from '../../src/bytes/slab.js'

test('copies hold what was copied, and share no byte with each other or with what they were copied from', () => {
  const sizes = fc.array(fc.oneof(fc.nat(2000), fc.integer({ min: 8000, max: 9000 })), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(sizes, (lengths) => {
      const source = Buffer.alloc(9010)
      const copies = lengths.map((length, i) => {
        source.fill(i + 1)
        return copyOf(source, 7, 7 + length)
      })
      copies.forEach((copy, i) => {
        expect(copy.length).toBe(lengths[i])
        expect(copy.every((byte) => byte === i + 1)).toBe(true)
      })
    }),
    { numRuns: 50 }
  )
})
