import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  InvalidCookieValueError,
  InvalidDateError,
  InvalidNumberError,
  NoCookiesError,
} from '../../src/errors.js'
import {
  acquireCookie,
  Cookie,
  CookieExpireDelete,
  CookieExpireUnlimited,
  CookieSameSiteDefaultMode,
  CookieSameSiteDisabled,
  CookieSameSiteLaxMode,
  CookieSameSiteNoneMode,
  CookieSameSiteStrictMode,
  releaseCookie,
} from '../../src/http/cookie.js'

function parsed(text: string | Uint8Array): Cookie {
  const cookie = new Cookie()
  cookie.parse(text)
  return cookie
}

function cookie(key: string, value: string): Cookie {
  const result = new Cookie()
  result.setKey(key)
  result.setValue(value)
  return result
}

describe('cookie', () => {
  test('attributes in order', () => {
    const c = cookie('k', 'v')
    c.setExpire(CookieExpireDelete)
    c.setDomain('foobar.com')
    c.setPath('/a//b/../c')
    c.setHTTPOnly(true)
    c.setSecure(true)
    c.setSameSite(CookieSameSiteLaxMode)
    expect(c.cookie()).toBe(
      'k=v; expires=Tue, 10 Nov 2009 23:00:00 GMT; domain=foobar.com; path=/a/c; HttpOnly; secure; SameSite=Lax'
    )
    expect(c.toString()).toBe(c.cookie())
    expect(c.cookieBytes().toString()).toBe(c.cookie())
  })

  test.each([
    ['key and value', 'a', 'b', 'a=b'],
    ['no value', 'foo', '', 'foo='],
    ['no key', '', 'bar', 'bar'],
    ['letters of latin1 are bytes', 'a', 'é', 'a=é'],
    ['text beyond latin1 is written as UTF-8', 'ф', 'ъ', 'Ñ\x84=Ñ\x8a'],
  ])('%s', (_name, key, value, expected) => {
    expect(cookie(key, value).cookie()).toBe(expected)
  })

  test.each([
    [100, 'k=v; max-age=100'],
    [-100, 'k=v; max-age=0'],
    [0, 'k=v; expires=Thu, 01 Jan 1970 00:01:40 GMT'],
  ])('max-age %i wins over expires unless it is 0', (seconds, expected) => {
    const c = cookie('k', 'v')
    c.setExpire(new Date(100_000))
    c.setMaxAge(seconds)
    expect(c.cookie()).toBe(expected)
  })

  test.each([[1.5], [NaN], [Infinity]])('setMaxAge refuses %d', (seconds) => {
    expect(() => new Cookie().setMaxAge(seconds)).toThrow(InvalidNumberError)
  })

  test.each([
    [CookieSameSiteDisabled, 'k=v'],
    [CookieSameSiteDefaultMode, 'k=v; SameSite'],
    [CookieSameSiteLaxMode, 'k=v; SameSite=Lax'],
    [CookieSameSiteStrictMode, 'k=v; SameSite=Strict'],
    [CookieSameSiteNoneMode, 'k=v; secure; SameSite=None'],
  ] as const)('SameSite mode %i', (mode, expected) => {
    const c = cookie('k', 'v')
    c.setSameSite(mode)
    expect(c.cookie()).toBe(expected)
    expect(parsed(expected).sameSite()).toBe(mode)
  })

  test('partitioned makes it secure with the path /', () => {
    const c = cookie('k', 'v')
    c.setPath('/x')
    c.setPartitioned(true)
    expect(c.cookie()).toBe('k=v; path=/; secure; Partitioned')
    c.setPartitioned(false)
    expect(c.cookie()).toBe('k=v; path=/; secure')
  })

  test('expire is a copy both ways', () => {
    const date = new Date(0)
    const c = new Cookie()
    c.setExpire(date)
    date.setTime(1e12)
    c.expire()?.setTime(1e12)
    expect(c.expire()).toEqual(new Date(0))
    c.setExpire(CookieExpireUnlimited)
    expect(c.expire()).toBe(CookieExpireUnlimited)
    expect(() => c.setExpire(new Date(NaN))).toThrow(InvalidDateError)
  })

  const hostile = 'x; Secure\r\nSet-Cookie: admin=1\0\t'
  test.each<[string, (c: Cookie) => void, (c: Cookie) => string]>([
    ['key', (c) => c.setKey(hostile), (c) => c.key()],
    ['value', (c) => c.setValue(hostile), (c) => c.value()],
    ['value as bytes', (c) => c.setValue(Buffer.from(hostile)), (c) => c.value()],
    ['domain', (c) => c.setDomain(hostile), (c) => c.domain()],
    ['path', (c) => c.setPath('/' + hostile), (c) => c.path()],
    ['escaped path', (c) => c.setPath('/x%3b%20Secure%0d%0aSet-Cookie:'), (c) => c.path()],
    ['a character whose low byte is a line feed', (c) => c.setValue('a\u010a'), (c) => c.value()],
  ])('a hostile %s brings no attribute and no line', (_name, set, get) => {
    const c = cookie('sid', 'abc')
    set(c)
    expect(get(c)).not.toMatch(/[\x00-\x1f;]/)
    expect(c.cookieBytes().toString('latin1')).not.toMatch(/[\x00-\x1f]/)
    expect(parsed(c.cookie()).secure()).toBe(false)
  })
})

describe('parse', () => {
  test.each([
    ['no =', 'foo', 'foo'],
    ['key and value', 'foo=bar', 'foo=bar'],
    ['no value', 'foo=', 'foo='],
    ['quoted value', 'foo="bar"', 'foo=bar'],
    ['quoted key stays', '"foo"=bar', '"foo"=bar'],
    ['one quotation mark each is not enough', 'foo=', 'foo='],
    ['= in the value', 'sth=MTQ2==  ', 'sth=MTQ2=='],
    ['spaces in the value', 'sth=123 ==   1; path=/', 'sth=123 ==   1; path=/'],
    [
      'attributes in any case',
      'a=b; Domain=aaa.com; PATH=/foo/bar',
      'a=b; domain=aaa.com; path=/foo/bar',
    ],
    [
      'quoted attributes',
      'a=b; Domain="t.example"; Path="/app"',
      'a=b; domain=t.example; path=/app',
    ],
    [
      'max-age wins over expires',
      'a=b; max-age= 101 ; expires= Tue, 10 Nov 2009 23:00:00 GMT',
      'a=b; max-age=101',
    ],
    [
      'spaces and empty attributes',
      ' xxx = yyy  ; path=/a/b;;;domain=foobar.com ; expires= Tue, 10 Nov 2009 23:00:00 GMT ; ;;',
      'xxx=yyy; expires=Tue, 10 Nov 2009 23:00:00 GMT; domain=foobar.com; path=/a/b',
    ],
    [
      'date with dashes',
      'a=b; Expires=Tue, 10-Nov-2009 23:00:00 GMT',
      'a=b; expires=Tue, 10 Nov 2009 23:00:00 GMT',
    ],
    ['max-age 0 deletes', 'a=b; max-age=0', 'a=b; max-age=0'],
    ['flags', 'a=b; HTTPONLY; Secure; partitioned', 'a=b; HttpOnly; secure; Partitioned'],
    ['flags with a value', 'a=b; HttpOnly=1; Secure=', 'a=b; HttpOnly; secure'],
    ['unknown attributes', 'a=b; Priority=High; foo', 'a=b'],
    ['unknown SameSite', 'a=b; SameSite=Maybe', 'a=b'],
    ['SameSite in any case', 'a=b; samesite=STRICT', 'a=b; SameSite=Strict'],
    ['the last of a repeated attribute', 'a=b; path=/x; path=/y', 'a=b; path=/y'],
    ['attributes without a value', 'a=b; max-age; expires; domain; path', 'a=b'],
    ['nothing but an attribute', ';SAMeSITe=', ''],
    ['a backslash in the path', 'a=b; path=/a\\b', 'a=b; path=/a\\b'],
    [
      'line breaks become spaces',
      'sid=a\r\nb; Domain=c\nd; Path=/e\rf',
      'sid=a  b; domain=c d; path=/e f',
    ],
  ])('%s', (_name, text, expected) => {
    expect(parsed(text).cookie()).toBe(expected)
    expect(parsed(Buffer.from(text, 'latin1')).cookie()).toBe(expected)
  })

  test.each([
    ['nothing', '', NoCookiesError],
    ['an opening quotation mark', 'session="abc; Domain=evil.com', InvalidCookieValueError],
    ['a closing quotation mark', 'session=abc"; Domain=evil.com', InvalidCookieValueError],
    ['an escaped quotation mark', 'session="abc\\"; Domain=evil.com', InvalidCookieValueError],
    ['a backslash', 'a=b\\c', InvalidCookieValueError],
    ['NUL', 'a=b\0', InvalidCookieValueError],
    ['DEL', 'a=b\x7f', InvalidCookieValueError],
    ['a quotation mark in the domain', 'a=b; Domain=e"vil.com', InvalidCookieValueError],
    ['a backslash in the domain', 'a=b; Domain=e\\vil.com', InvalidCookieValueError],
    ['a control character in the path', 'a=b; Path=/a\x01b', InvalidCookieValueError],
    ['a byte beyond ASCII in the path', 'a=b; Path=/caf\xc3\xa9', InvalidCookieValueError],
    ['max-age that is no number', 'a=b; max-age=1x', InvalidNumberError],
    ['negative max-age', 'a=b; max-age=-1', InvalidNumberError],
    ['empty max-age', 'a=b; max-age=', InvalidNumberError],
    ['a bad date', 'a=b; expires=tomorrow', InvalidDateError],
    ['another zone', 'a=b; expires=Tue, 10-Nov-2009 23:00:00 UTC', InvalidDateError],
  ])('refuses %s', (_name, text, expected) => {
    expect(() => parsed(text)).toThrow(expected)
  })

  test('forgets the cookie it held', () => {
    const c = parsed(
      'a=b; secure; HttpOnly; path=/; domain=x; max-age=1; samesite=lax; partitioned'
    )
    c.parse('c=d')
    expect(c.cookie()).toBe('c=d')
  })

  test('property: a written cookie is read as the same', () => {
    const value = fc.stringMatching(/^[!#-:<-[\]-~]*$/)
    const modes = fc.constantFrom(0, 1, 2, 3, 4) as fc.Arbitrary<0 | 1 | 2 | 3 | 4>
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]+$/),
        value,
        fc.stringMatching(/^[a-z.]*$/),
        fc.option(fc.stringMatching(/^\/[a-z./]*$/)),
        fc.integer(),
        fc.boolean(),
        modes,
        (key, text, domain, path, maxAge, httpOnly, mode) => {
          const c = cookie(key, text)
          c.setDomain(domain)
          if (path !== null) c.setPath(path)
          c.setMaxAge(maxAge)
          c.setHTTPOnly(httpOnly)
          c.setSameSite(mode)
          expect(parsed(c.cookie()).cookie()).toBe(c.cookie())
          expect(parsed(c.cookie()).value()).toBe(text)
        }
      )
    )
  })
})

describe('copies and pools', () => {
  const full = 'a=b; max-age=5; domain=x; path=/y; HttpOnly; secure; SameSite=Lax; Partitioned'

  test('copyTo copies from its argument', () => {
    const c = cookie('old', 'old')
    c.copyTo(parsed(full))
    expect(c.cookie()).toBe(full)
    c.copyTo(parsed('c=d; expires=Tue, 10 Nov 2009 23:00:00 GMT'))
    expect(c.expire()).toEqual(CookieExpireDelete)
  })

  test('getters', () => {
    const c = parsed(full)
    expect([c.key(), c.value(), c.domain(), c.path(), c.maxAge()]).toEqual(['a', 'b', 'x', '/y', 5])
    expect([c.httpOnly(), c.secure(), c.partitioned()]).toEqual([true, true, true])
    expect([c.keyBytes(), c.valueBytes(), c.domainBytes(), c.pathBytes()].map(String)).toEqual([
      'a',
      'b',
      'x',
      '/y',
    ])
  })

  test('appendBytes and writeTo', () => {
    const c = cookie('a', 'b')
    const chunks: Buffer[] = []
    expect(c.writeTo({ write: (chunk: Buffer) => chunks.push(chunk) })).toBe(3)
    expect(Buffer.concat(chunks).toString()).toBe('a=b')
    expect(c.appendBytes(Buffer.from('x')).toString()).toBe('xa=b')
  })

  test('a released cookie comes back empty', () => {
    const c = acquireCookie()
    c.parse(full)
    releaseCookie(c)
    expect(acquireCookie()).toBe(c)
    expect(c.cookie()).toBe('')
  })
})
