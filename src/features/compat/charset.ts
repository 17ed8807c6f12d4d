/** The characters of windows-1252 from 0x80 to 0x9f. Node's TextDecoder gives those of ISO-8859-1 in some versions. */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

/** Whether {@link decodeText} knows a charset, given in lower case. */
export function isKnownCharset(charset: string): boolean {
  if (isLatin1(charset)) return true
  try {
    return new TextDecoder(charset).encoding !== ''
  } catch {
    return false
  }
}

/** Decodes text, without a byte order mark. */
export function decodeText(bytes: Buffer, charset: string): string {
  if (charset === 'utf-8') {
    const text = bytes.toString('utf8')
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }
  if (isLatin1(charset)) return bytes.toString('latin1')
  const decoder = new TextDecoder(charset)
  if (decoder.encoding !== 'windows-1252') return decoder.decode(bytes)
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80]!)
}

/** ISO-8859-1 itself, which TextDecoder takes for windows-1252. */
function isLatin1(charset: string): boolean {
  return /^(?:iso-?8859-?1|latin-?1|binary)$/.test(charset)
}
