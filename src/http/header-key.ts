import { isToken } from '../bytes/ascii.js'
import * as names from './header-names.js'

const FIRST_LETTERS = /(?:^|-)[a-z]/g

// The common spellings of the common names; filled once, so that no peer can grow it.
const normalized = new Map<string, string>()
for (const name of Object.values(names)) {
  const key = normalize(name)
  for (const spelling of [name, key, name.toLowerCase()]) normalized.set(spelling, key)
}

function normalize(key: string): string {
  return isToken(key) ? key.toLowerCase().replace(FIRST_LETTERS, (c) => c.toUpperCase()) : key
}

/**
 * Normalizes the name of a header field: the first letter and each letter after `-` in upper case, the rest in lower case
 * (`cONTENT-lenGTH` becomes `Content-Length`). A name that is not a token is returned unchanged. Go: `AppendNormalizedHeaderKey`.
 */
export function normalizeHeaderKey(key: string): string {
  return normalized.get(key) ?? normalize(key)
}
