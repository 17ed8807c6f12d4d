import { createHash } from 'node:crypto'

/** Weakest first. */
const ALGORITHMS = ['sha256', 'sha384', 'sha512']
/** A hash and, behind `?`, options that mean nothing so far. */
const HASH = /^(sha(?:256|384|512))-([A-Za-z0-9+/_-]+={0,2})(?:\?[\x21-\x7e]*)?$/i

/**
 * Is `bytes` one of those that `metadata` names (Subresource Integrity, section 3.3)? Of hashes of several algorithms those of the
 * strongest count; text without any takes everything.
 */
export function matchesIntegrity(bytes: Uint8Array, metadata: string): boolean {
  let strongest = -1
  let hashes: string[] = []
  for (const part of metadata.trim().split(/\s+/)) {
    const [, name = '', hash = ''] = HASH.exec(part) ?? []
    const strength = ALGORITHMS.indexOf(name.toLowerCase())
    if (strength < 0 || strength < strongest) continue
    if (strength > strongest) hashes = []
    strongest = strength
    hashes.push(hash)
  }
  if (strongest < 0) return true
  const digest = createHash(ALGORITHMS[strongest]!).update(bytes).digest()
  return hashes.some((hash) => digest.equals(Buffer.from(hash, 'base64')))
}
