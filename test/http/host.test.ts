import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EscapeError, InvalidHostError } from '../../src/errors.js'
import { parseHost } from '../../src/http/host.js'

describe('parseHost', () => {
  test.each([
    ['empty', '', ''],
    ['a name', 'example.com', 'example.com'],
    ['upper case', 'EXAMPLE.com', 'example.com'],
    ['a port', 'localhost:8080', 'localhost:8080'],
    ['an empty port', 'localhost:', 'localhost:'],
    ['a port alone', ':80', ':80'],
    ['IPv4', '192.168.1.1:1111', '192.168.1.1:1111'],
    ['sub-delimiters', "a!$&'()*+,;=_~-.b", "a!$&'()*+,;=_~-.b"],
    ['raw UTF-8, left as it is', '\xc3\x89.com', '\xc3\x89.com'],
    ['escaped UTF-8', '%e4%b8%96%E7%95%8C.COM', '\xe4\xb8\x96\xe7\x95\x8c.com'],
    ['IPv6', '[::1]', '[::1]'],
    ['IPv6 with a port', '[2001:DB8::1]:443', '[2001:db8::1]:443'],
    ['IPv6 with an IPv4 tail', '[::ffff:192.0.2.1]', '[::ffff:192.0.2.1]'],
    ['a zone', '[fe80::1%25en0]', '[fe80::1%en0]'],
    ['a zone and a port', '[fe80::1%25en0]:8080', '[fe80::1%en0]:8080'],
    ['an escaped zone', '[fe80::1%25%65n0]', '[fe80::1%en0]'],
  ])('%s', (_name, host, expected) => {
    expect(parseHost(host)).toBe(expected)
  })

  test.each([
    ['a space', 'a b'],
    ['a tab', 'a\tb'],
    ['a line break', 'a\r\nb'],
    ['a trailing line break', 'a.com\n'],
    ['NUL', 'a\0'],
    ['DEL', 'a\x7f'],
    ['a slash', 'a/b'],
    ['a backslash', 'a.com\\x'],
    ['a question mark', 'a?b'],
    ['a hash', 'a#b'],
    ['user information', 'user@a.com'],
    ['markup', 'a<b>"'],
    ['a list', 'a.com, b.com '],
    ['two ports', 'example.com:80:8080'],
    ['a port that is no number', 'example.com:http'],
    ['a signed port', 'example.com:-1'],
    ['a bracket behind', 'a.com]'],
    ['a bracket in between', '127.0.0.1[192.168.0.1]'],
    ['an address behind a name', 'example.com[fd00::1]'],
    ['IPv6 without brackets', '2001:db8::1'],
    ['no closing bracket', '[::1'],
    ['text behind the bracket', '[::1]a'],
    ['two closing brackets', '[::1]]'],
    ['empty brackets', '[]'],
    ['a name in brackets', '[example.com]'],
    ['IPv4 in brackets', '[127.0.0.1]'],
    ['a name in IPv6', '[2001:db8::example.com]'],
    ['IPv4 tail above 255', '[::ffff:192.0.2.300]'],
    ['IPv4 tail with a leading zero', '[::ffff:192.0.2.01]'],
    ['three colons', '[2001:db8:::1]'],
    ['too many groups', '[1:2:3:4:5:6:7:8:9]'],
    ['no hexadecimal digits', '[2001:db8:zzzz::1]'],
    ['no address before the zone', '[%25en0]'],
    ['a zone that is not escaped', '[fe80::1%en0]'],
    ['an empty zone', '[fe80::1%25]'],
    ['IPvFuture', '[v1.a]'],
  ])('refuses %s', (_name, host) => {
    expect(() => parseHost(host)).toThrow(InvalidHostError)
  })

  test.each([
    ['an ASCII character', 'a%41'],
    ['a slash', 'a%2f'],
    ['a line break', 'a%0d%0a'],
    ['a percent sign', 'a%25'],
    ['no digits', 'a%zz'],
    ['one digit', 'a%e'],
    ['a zone with a space', '[fe80::1%25%20]'],
    ['a zone with a line break', '[fe80::1%25a%0d%0a]'],
  ])('refuses the escape of %s', (_name, host) => {
    expect(() => parseHost(host)).toThrow(EscapeError)
  })

  test('property: what passes holds no delimiter of a URI, a header or a line', () => {
    const part = fc.oneof(
      fc.constantFrom(':', '[', ']', '%', '%25', '%2f', '@', '/', 'a', '1', '::', '.'),
      fc.string()
    )
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        let host
        try {
          host = parseHost(Buffer.from(parts.join('')).toString('latin1'))
        } catch {
          return
        }
        expect(host).not.toMatch(/[\x00-\x20\x7f/?#@\\"<>]/)
        expect(host).not.toMatch(/[A-Z]/)
      })
    )
  })
})
