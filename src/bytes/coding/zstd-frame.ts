const FRAME_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50
const SKIPPABLE_MASK = 0xfffffff0
const DICTIONARY_ID_SIZES = [0, 1, 2, 4]
const RLE_BLOCK = 1
const RESERVED_BLOCK = 3
const BLOCK_HEADER_SIZE = 3
const CHECKSUM_SIZE = 4

/**
 * Index behind the zstd frame that starts at `start`, or -1 when there is none or it is not complete. (RFC 8878, section 3.1)
 */
export function zstdFrameEnd(src: Uint8Array, start: number): number {
  const view = new DataView(src.buffer, src.byteOffset, src.byteLength)
  if (start + 8 > src.length) return -1
  const magic = view.getUint32(start, true)
  if ((magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE_MAGIC) {
    return within(src, start + 8 + view.getUint32(start + 4, true))
  }
  if (magic !== FRAME_MAGIC) return -1
  const descriptor = view.getUint8(start + 4)
  let at = start + 5 + headerFieldsSize(descriptor)
  for (let isLast = false; !isLast;) {
    if (at + BLOCK_HEADER_SIZE > src.length) return -1
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
    const type = (header >> 1) & 3
    if (type === RESERVED_BLOCK) return -1
    isLast = (header & 1) === 1
    at += BLOCK_HEADER_SIZE + (type === RLE_BLOCK ? 1 : header >> 3)
  }
  const hasChecksum = (descriptor & 4) !== 0
  return within(src, hasChecksum ? at + CHECKSUM_SIZE : at)
}

/** Size of what lies between the frame header descriptor and the first block (section 3.1.1.1). */
function headerFieldsSize(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0
  const contentSizeFlag = descriptor >> 6
  const contentSize = contentSizeFlag === 0 ? Number(isSingleSegment) : 1 << contentSizeFlag
  return Number(!isSingleSegment) + DICTIONARY_ID_SIZES[descriptor & 3]! + contentSize
}

function within(src: Uint8Array, end: number): number {
  return end <= src.length ? end : -1
}
