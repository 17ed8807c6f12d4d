const SLAB_BYTES = 64 * 1024
/** What is larger gets memory of its own, so that it pins no slab and uses none up. */
const MAX_SLICE_BYTES = 8 * 1024

let slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES)
let used = 0

/**
 * A copy of `buf[start, end)`. Short ones are cut from slabs eight times the size of Buffer's own pool: allocating those is most of what a
 * short copy costs. No memory is handed out twice.
 */
export function copyOf(buf: Buffer, start: number, end: number): Buffer {
  const length = end - start
  if (length > MAX_SLICE_BYTES) {
    const copy = Buffer.allocUnsafeSlow(length)
    buf.copy(copy, 0, start, end)
    return copy
  }
  if (used + length > SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
    used = 0
  }
  const at = used
  used += (length + 7) & ~7
  buf.copy(slab, at, start, end)
  return slab.subarray(at, at + length)
}
