/** Writes the few ASN.1 types that a certificate is made of, in DER (ITU-T X.690). */

const TAGS = {
  boolean: 0x01,
  bitString: 0x03,
  octetString: 0x04,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

function length(bytes: number): number[] {
  if (bytes < 0x80) return [bytes]
  const octets: number[] = []
  for (let rest = bytes; rest > 0; rest >>>= 8) octets.unshift(rest & 0xff)
  return [0x80 | octets.length, ...octets]
}

/** A value with a tag of its own, such as the alternatives of a choice. */
export function tagged(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...length(content.length)]), content])
}

export const sequence = (...items: Uint8Array[]): Buffer => tagged(TAGS.sequence, ...items)
export const set = (...items: Uint8Array[]): Buffer => tagged(TAGS.set, ...items)
export const octetString = (content: Uint8Array): Buffer => tagged(TAGS.octetString, content)
export const utf8String = (text: string): Buffer => tagged(TAGS.utf8String, Buffer.from(text))
export const boolean = (value: boolean): Buffer =>
  tagged(TAGS.boolean, Buffer.from([value ? 0xff : 0]))

/** @param unusedBits - how many of the last bits do not count, 0 to 7 */
export const bitString = (content: Uint8Array, unusedBits = 0): Buffer =>
  tagged(TAGS.bitString, Buffer.from([unusedBits]), content)

/** A number that is not negative, from its bytes, the highest first. */
export function unsignedInteger(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first))
  // A first bit of 1 would make it negative.
  return digits[0]! < 0x80 ? tagged(0x02, digits) : tagged(0x02, Buffer.from([0]), digits)
}

/** @param id - numbers and dots, such as `2.5.29.17` */
export function objectIdentifier(id: string): Buffer {
  const [first, second, ...rest] = id.split('.').map(Number)
  const octets: number[] = []
  for (const arc of [first! * 40 + second!, ...rest]) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f))
    octets.push(...groups)
  }
  return tagged(0x06, Buffer.from(octets))
}

/** A point in time, to the second, in the type that certificates take for its year (RFC 5280, section 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return date.getUTCFullYear() < 2050
    ? tagged(TAGS.utcTime, Buffer.from(digits.slice(2)))
    : tagged(TAGS.generalizedTime, Buffer.from(digits))
}
