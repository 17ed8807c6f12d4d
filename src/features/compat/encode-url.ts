const UNSAFE = /(?:[^\x21\x23-\x3b\x3d\x3f-\x5f\x61-\x7a\x7c\x7e]+|%+(?![0-9a-f]{2}))+/gi

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Escapes what may not stand in a URL; escapes and delimiters stay as they are. */
export function encodeUrl(url: string): string {
  return url.replace(LONE_SURROGATE, '\ufffd').replace(UNSAFE, encodeURI)
}
