import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EscapeError, FastHttpError, InvalidHostError, InvalidURIError } from '../../src/errors.js'
import { acquireURI, releaseURI, URI } from '../../src/http/uri.js'

function parsed(host: string, uri: string): URI {
  const result = new URI()
  result.parse(host, uri)
  return result
}

describe('parse', () => {
  // host, uri, then: whole, host, path, original path, query, hash
  test.each([
    ['h.com', 'sdfdsf', 'http://h.com/sdfdsf', 'h.com', '/sdfdsf', 'sdfdsf', '', ''],
    ['h.com', '/aa?ss', 'http://h.com/aa?ss', 'h.com', '/aa', '/aa', 'ss', ''],
    ['h.com', '/a.b?d=g#m', 'http://h.com/a.b?d=g#m', 'h.com', '/a.b', '/a.b', 'd=g', 'm'],
    [
      'h.com',
      '/foo#bar?baz=a#b',
      'http://h.com/foo#bar?baz=a#b',
      'h.com',
      '/foo',
      '/foo',
      '',
      'bar?baz=a#b',
    ],
    ['H.com', '/bC?De=F#Gh', 'http://h.com/bC?De=F#Gh', 'h.com', '/bC', '/bC', 'De=F', 'Gh'],
    [
      'h.com',
      '/Test%20+%20%D0%BF%D1%80%D0%B8?a=%20%20&s=12#sdf',
      'http://h.com/Test%20+%20%D0%BF%D1%80%D0%B8?a=%20%20&s=12#sdf',
      'h.com',
      '/Test + при',
      '/Test%20+%20%D0%BF%D1%80%D0%B8',
      'a=%20%20&s=12',
      'sdf',
    ],
    [
      'h.com',
      'http://g.com/f/b%20r?z#d',
      'http://g.com/f/b%20r?z#d',
      'g.com',
      '/f/b r',
      '/f/b%20r',
      'z',
      'd',
    ],
    ['h.com', 'http://h.com', 'http://h.com/', 'h.com', '/', '/', '', ''],
    [
      'h.net',
      'HTTPS://EXAMPLE.COM/aaa',
      'https://example.com/aaa',
      'example.com',
      '/aaa',
      '/aaa',
      '',
      '',
    ],
    [
      'h.com',
      '/f?b=http://o.org',
      'http://h.com/f?b=http://o.org',
      'h.com',
      '/f',
      '/f',
      'b=http://o.org',
      '',
    ],
    ['h.com', '//relative', 'http://h.com/relative', 'h.com', '/relative', '//relative', '', ''],
    ['h.com', '*', 'http://h.com/%2A', 'h.com', '/*', '*', '', ''],
    ['', '//h.com//absolute', 'http://h.com/absolute', 'h.com', '/absolute', '//absolute', '', ''],
    ['', '://h.com/xyz', 'http://h.com/xyz', 'h.com', '/xyz', '/xyz', '', ''],
    ['', 'fTP://h.com', 'ftp://h.com/', 'h.com', '/', '/', '', ''],
    [
      '',
      'http://h.com?baz=111/222',
      'http://h.com/?baz=111/222',
      'h.com',
      '/',
      '/',
      'baz=111/222',
      '',
    ],
    ['', 'http://h.com?', 'http://h.com/', 'h.com', '/', '/', '', ''],
    [
      '',
      'http://[fe80::1%25en0]:8080/',
      'http://[fe80::1%en0]:8080/',
      '[fe80::1%en0]:8080',
      '/',
      '/',
      '',
      '',
    ],
    [
      '',
      'http://hello.世界.com/foo',
      'http://hello.世界.com/foo',
      'hello.世界.com',
      '/foo',
      '/foo',
      '',
      '',
    ],
    [
      '',
      'http://hello.%e4%b8%96%e7%95%8c.com/',
      'http://hello.世界.com/',
      'hello.世界.com',
      '/',
      '/',
      '',
      '',
    ],
    [
      '',
      'http://google.com#@github.com',
      'http://google.com/#@github.com',
      'google.com',
      '/',
      '/',
      '',
      '@github.com',
    ],
    ['', '/only/path', 'http:///only/path', '', '/only/path', '/only/path', '', ''],
    ['', '', 'http:///', '', '/', '', '', ''],
  ])('%j %j', (host, uri, whole, expectedHost, path, pathOriginal, query, hash) => {
    const result = parsed(host, uri)
    expect({
      whole: result.fullURI(),
      host: result.host(),
      path: result.path(),
      pathOriginal: result.pathOriginal(),
      query: result.queryString(),
      hash: result.hash(),
    }).toEqual({ whole, host: expectedHost, path, pathOriginal, query, hash })
  })

  test.each([
    ['http://user:p@ss@h.com/', 'user', 'p@ss', 'h.com'],
    ['http://user@h.com/', 'user', '', 'h.com'],
    ['http://:pw@h.com/', '', 'pw', 'h.com'],
    ['http://a%40b:c%3Ad:e@h.com/', 'a@b', 'c:d:e', 'h.com'],
  ])('user information of %s', (uri, username, password, host) => {
    const result = parsed('', uri)
    expect([result.username(), result.password(), result.host()]).toEqual([
      username,
      password,
      host,
    ])
    expect(result.fullURI()).toBe('http://h.com/')
  })

  test.each([
    ['a line break', '', 'http://h.com/\r\nGET x', InvalidURIError],
    ['a line break with a host', 'h.com', '/a\nb', InvalidURIError],
    ['an invalid scheme', '', 'https>://h.com/p', InvalidURIError],
    ['an invalid scheme with a host', 'h.com', 'a b://h.com/p', InvalidURIError],
    ['invalid user information', '', 'http://[a@]h.com/', InvalidURIError],
    ['a backslash in the authority', '', 'http://a.com\\@b.com/', InvalidURIError],
    ['a backslash in the host', '', 'http://a.com\\x/', InvalidHostError],
    ['two ports', '', 'http://h.com:80:8080/', InvalidHostError],
    ['an invalid IPv6 address', '', 'http://[0:0::x.com]:80', InvalidHostError],
    ['an escape in the host', '', 'http://h%41.com/', EscapeError],
    ['user information in the Host field', 'user@h.com', '/', InvalidHostError],
    ['a path in the Host field', 'h.com/x', '/', InvalidHostError],
    ['an invalid host, overridden', 'h.com', 'http://a b/', InvalidHostError],
  ])('refuses %s and is empty then', (_name, host, uri, expected) => {
    const result = parsed('old.com', '/old?old#old')
    expect(() => result.parse(host, uri)).toThrow(expected)
    expect(result.toString()).toBe('http:///')
  })

  test('the host of an absolute URI wins over an invalid Host field', () => {
    expect(parsed('a b', 'http://h.com/').host()).toBe('h.com')
  })

  test('_parse makes a TLS connection https', () => {
    const result = new URI()
    result._parse('h.com', '/x', true)
    expect(result.fullURI()).toBe('https://h.com/x')
    result._parse('h.com', 'http://g.com/x', true)
    expect(result.fullURI()).toBe('https://g.com/x')
  })

  test('_parse takes bytes, parse takes text', () => {
    const result = new URI()
    result._parse('h.com', '/\xc3\xa9?\xc3\xa9', false)
    expect([result.path(), result.queryString()]).toEqual(['/é', 'é'])
    result.parse('h.com', '/é?é')
    expect([result.path(), result.queryString()]).toEqual(['/é', 'é'])
    result.parse(Buffer.from('h.com'), Buffer.from('/é'))
    expect(result.path()).toBe('/é')
  })

  test('bytes that are not UTF-8', () => {
    const result = parsed('', '//%AA/%FF')
    expect([result.host(), result.path()]).toEqual(['\ufffd', '/\ufffd'])
    expect(result.hostBytes()).toEqual(Buffer.from([0xaa]))
    expect(result.pathBytes()).toEqual(Buffer.from([0x2f, 0xff]))
    expect(result.requestURI()).toBe('/%FF')
    expect(result.fullURIBytes()).toEqual(Buffer.from('http://\xaa/%FF', 'latin1'))
  })
})

describe('update', () => {
  test.each([
    ['absolute', 'http://n.net/d/p1?a=1#f', 'https://e.com/d/p2', 'https://e.com/d/p2'],
    ['empty', 'http://e.com/d/p1?a=1#f', '', 'http://e.com/d/p1?a=1#f'],
    ['a path', 'http://e.com/d/p1?a=1#f', '/d/p2?b=2#g', 'http://e.com/d/p2?b=2#g'],
    ['a path alone', 'http://e.com/d/p1?a=1#f', '/x', 'http://e.com/x'],
    ['a name', 'http://e.com/b/x.html?a=2#a', 'bb.html?x=1#pp', 'http://e.com/b/bb.html?x=1#pp'],
    ['a name on a directory', 'http://e.com/b/', 'c', 'http://e.com/b/c'],
    ['a name with escapes', 'http://e.com/b z/c', 'd%20e', 'http://e.com/b%20z/d%20e'],
    ['a query', 'http://e.com/a?foo=bar#x', '?b=4&a#xcv', 'http://e.com/a?b=4&a#xcv'],
    ['a query drops the hash', 'http://e.com/a?foo=bar#x', '?b', 'http://e.com/a?b'],
    ['an empty query', 'http://e.com/a?foo=bar', '?', 'http://e.com/a'],
    ['a hash', 'http://e.com/a?b#f', '#g', 'http://e.com/a?b#g'],
    [
      'text beyond ASCII',
      'http://e.com/baz',
      '~a/%20b=c,тест?йцу=ке',
      'http://e.com/~a/%20b=c,%D1%82%D0%B5%D1%81%D1%82?йцу=ке',
    ],
    ['? in the hash', 'http://e.com/baz/xxx', 'a#bb?cc&dd', 'http://e.com/baz/a#bb?cc&dd'],
    ['up', 'http://e.com/a/b/c/d', '../qwe/p?zx=34', 'http://e.com/a/b/qwe/p?zx=34'],
    ['above the root', 'http://e.com/a/b', '../../../c', 'http://e.com/c'],
    ['a host', 'https://n.net/d/p', '//e.com/d2', 'https://e.com/d2'],
    ['a host without a path', 'https://n.net/d/p?a#b', '//e.com', 'https://e.com/'],
    ['a host and port', 'http://n.net/', '//e.com:8080/', 'http://e.com:8080/'],
    ['an empty scheme', 'https://n.net/d', '://e.com/', 'https://e.com/'],
    [
      '// behind a name without colon',
      'http://n.net/d/p',
      'https//e.com/x',
      'http://n.net/d/https/e.com/x',
    ],
    ['// in a relative path', 'http://n.net/d/p', 'a//b', 'http://n.net/d/a/b'],
    ['// in a path', 'http://n.net/d/p', '/a//b', 'http://n.net/a/b'],
    ['// in a query', 'http://n.net/d/p?p=1', '?q=//e.com', 'http://n.net/d/p?q=//e.com'],
    [
      'a scheme without // is a name',
      'http://n.net/d/p',
      'javascript:alert(1)',
      'http://n.net/d/javascript:alert%281%29',
    ],
    [
      'a backslash does not lead to another host',
      'http://n.net/d/p',
      '/\\e.com',
      'http://n.net/%5Ce.com',
    ],
    ['a zone keeps', 'http://[fe80::1%25en0]/a', '/b', 'http://[fe80::1%en0]/b'],
  ])('%s', (_name, base, reference, expected) => {
    const uri = parsed('', base)
    uri.update(reference)
    expect(uri.toString()).toBe(expected)
  })

  test('user information stays with its host', () => {
    const uri = parsed('', 'http://u:p@h.com/a')
    uri.update('/b')
    expect([uri.username(), uri.password()]).toEqual(['u', 'p'])
    uri.update('//h.com/c')
    expect([uri.username(), uri.password()]).toEqual(['', ''])
  })

  test.each([['http://a b/'], ['//a:b:c/'], ['a b://c'], ['/a\r\nb'], ['http://x\\@y/']])(
    '%j throws and changes nothing',
    (reference) => {
      const uri = parsed('', 'http://u:p@h.com/a?b#c')
      expect(() => uri.update(reference)).toThrow(FastHttpError)
      expect([uri.toString(), uri.username()]).toEqual(['http://h.com/a?b#c', 'u'])
    }
  )

  test('a query args object sees the new query', () => {
    const uri = parsed('', 'http://h.com/?a=1')
    expect(uri.queryArgs().peek('a')).toBe('1')
    uri.update('?b=2')
    expect([...uri.queryArgs()]).toEqual([['b', '2']])
  })

  test('property: agrees with WHATWG URL on plain references', () => {
    const segment = fc.constantFrom('a', 'b.c', '..', '.', 'd-e')
    const path = fc
      .array(segment, { minLength: 1, maxLength: 5 })
      .map((segments) => segments.join('/'))
    const tail = fc.constantFrom('', '?q=1', '#h', '?q=1#h')
    fc.assert(
      fc.property(
        path,
        path,
        fc.constantFrom('', '/', '//x.com/'),
        tail,
        (base, name, prefix, end) => {
          const from = `http://h.com/${base}`
          const uri = parsed('', from)
          uri.update(prefix + name + end)
          expect(uri.toString()).toBe(new URL(prefix + name + end, from).href)
        }
      )
    )
  })
})

describe('setters', () => {
  test('parts make a whole', () => {
    const uri = new URI()
    uri.setScheme('fTP')
    uri.setHost('Example.COM:80')
    uri.setPath('/тест123')
    uri.setHash('2er')
    uri.setUsername('me')
    uri.setPassword('pw')
    uri.queryArgs().set('foo', 'bar')
    uri.queryArgs().set('xxx', 'йух')
    expect(uri.toString()).toBe(
      'ftp://example.com:80/%D1%82%D0%B5%D1%81%D1%82123?foo=bar&xxx=%D0%B9%D1%83%D1%85#2er'
    )
    expect([uri.username(), uri.password()]).toEqual(['me', 'pw'])
  })

  test('every getter has its bytes', () => {
    const uri = parsed('', 'https://u:p@h.com/a/b%C3%A9?q#f')
    const {
      scheme,
      host,
      username,
      password,
      path,
      pathOriginal,
      lastPathSegment,
      queryString,
      hash,
      requestURI,
      fullURI,
    } = {
      scheme: uri.schemeBytes(),
      host: uri.hostBytes(),
      username: uri.usernameBytes(),
      password: uri.passwordBytes(),
      path: uri.pathBytes(),
      pathOriginal: uri.pathOriginalBytes(),
      lastPathSegment: uri.lastPathSegmentBytes(),
      queryString: uri.queryStringBytes(),
      hash: uri.hashBytes(),
      requestURI: uri.requestURIBytes(),
      fullURI: uri.fullURIBytes(),
    }
    expect(
      [
        scheme,
        host,
        username,
        password,
        path,
        pathOriginal,
        lastPathSegment,
        queryString,
        hash,
        requestURI,
        fullURI,
      ].map(String)
    ).toEqual([
      'https',
      'h.com',
      'u',
      'p',
      '/a/bé',
      '/a/b%C3%A9',
      'bé',
      'q',
      'f',
      '/a/b%C3%A9?q',
      'https://h.com/a/b%C3%A9?q#f',
    ])
  })

  test.each([
    ['', ''],
    ['/', ''],
    ['/foo/bar/', ''],
    ['/foobar.js', 'foobar.js'],
    ['/foo/bar/baz.html', 'baz.html'],
  ])('last segment of %j', (path, expected) => {
    const uri = new URI()
    uri.setPath(path)
    expect(uri.lastPathSegment()).toBe(expected)
  })

  test.each([
    ['/foo/bar', '/foo/bar'],
    ['/f_o-o=b:ar,b.c&q', '/f_o-o=b:ar,b.c&q'],
    ['/aa?bb.тест~qq', '/aa%3Fbb.%D1%82%D0%B5%D1%81%D1%82~qq'],
    ['/a#b c\r\nd', '/a%23b%20c%0D%0Ad'],
  ])('a path of %j is sent as %s', (path, expected) => {
    const uri = new URI()
    uri.setPath(path)
    expect(uri.requestURI()).toBe(expected)
  })

  test('nothing set can break the request line or the Host line', () => {
    const uri = new URI()
    uri.setScheme('http\r\n')
    uri.setHost('h\r\nx: y')
    uri.setQueryString('a b\r\n#c')
    uri.setHash('a b\r\n#c')
    expect(uri.host()).toBe('h  x: y')
    expect(uri.requestURI()).toBe('/?a%20b%0D%0A%23c')
    expect(uri.toString()).not.toMatch(/[\r\n]/)
    uri.disablePathNormalizing = true
    uri.setPath('/a b\r\n#c')
    expect(uri.requestURI()).toBe('/a%20b%0D%0A%23c?a%20b%0D%0A%23c')
  })
})

describe('printable ASCII', () => {
  const uri = parsed('', 'http://h\xe9.com/\xe9?\xe9#\xe9')

  test('in the request line and in Location', () => {
    expect(uri.requestURI()).toBe('/%C3%A9?%C3%A9')
    expect(uri._asciiURI()).toBe('http://h%C3%A9.com/%C3%A9?%C3%A9#%C3%A9')
    expect(parsed('', uri._asciiURI()).hostBytes()).toEqual(uri.hostBytes())
  })

  test('not in the whole URI, which is for reading', () => {
    expect(uri.fullURI()).toBe('http://hé.com/%C3%A9?é#é')
  })

  test('a path that is sent as it is', () => {
    const raw = parsed('h.com', '/é%2F?q')
    raw.disablePathNormalizing = true
    expect(raw.requestURI()).toBe('/%C3%A9%2F?q')
  })
})

describe('query', () => {
  test('is sent as it came as long as its args are not changed', () => {
    const uri = parsed('h.com', '/?a=%20%20&b&c=d!')
    expect(uri.queryArgs().peek('a')).toBe('  ')
    expect(uri.requestURI()).toBe('/?a=%20%20&b&c=d!')
    uri.queryArgs().add('e', 'f')
    expect(uri.requestURI()).toBe('/?a=++&b&c=d%21&e=f')
    expect(uri.queryString()).toBe('a=++&b&c=d%21&e=f')
  })

  test('an argument that was removed is not sent, not even the last', () => {
    const uri = parsed('h.com', '/?token=secret')
    uri.queryArgs().del('token')
    expect(uri.requestURI()).toBe('/')
  })

  test('setQueryString wins over earlier args', () => {
    const uri = new URI()
    uri.setQueryString('q1=foo')
    uri.queryArgs().add('q3', 'baz')
    uri.setQueryString('q1=foo&q4=quux')
    expect(uri.requestURI()).toBe('/?q1=foo&q4=quux')
    expect(uri.queryArgs().has('q3')).toBe(false)
  })
})

describe('disablePathNormalizing', () => {
  test.each([
    ['/aaa%2Fbbb%2F%2E.%2Fxxx', '/aaa%2Fbbb%2F%2E.%2Fxxx'],
    ['//a/../b', '//a/../b'],
    ['*', '*'],
    ['name', '/name'],
    ['', '/'],
  ])('%j is sent as %s', (path, expected) => {
    const uri = parsed('h.com', path)
    uri.disablePathNormalizing = true
    expect(uri.requestURI()).toBe(expected)
  })

  test('survives parse, not reset', () => {
    const uri = new URI()
    uri.disablePathNormalizing = true
    uri.parse('h.com', '/a%2Fb')
    expect(uri.requestURI()).toBe('/a%2Fb')
    uri.update('c%2Fd')
    expect(uri.requestURI()).toBe('/c%2Fd')
    uri.reset()
    expect(uri.disablePathNormalizing).toBe(false)
  })
})

describe('copies and pools', () => {
  test('copyTo copies everything, changed args too', () => {
    const [uri, copy] = [parsed('', 'https://u:p@h.com/a%2Fb?c#d'), parsed('', 'http://x.com/?y')]
    uri.disablePathNormalizing = true
    uri.queryArgs().set('c', '1')
    uri.copyTo(copy)
    uri.reset()
    expect(copy.toString()).toBe('https://h.com/a%2Fb?c=1#d')
    expect([copy.username(), copy.password(), copy.path()]).toEqual(['u', 'p', '/a/b'])
    expect(copy.queryArgs().peek('c')).toBe('1')
  })

  test('an unchanged copy sends the query as it came', () => {
    const copy = new URI()
    parsed('h.com', '/?a=%20').copyTo(copy)
    expect(copy.requestURI()).toBe('/?a=%20')
  })

  test('appendBytes and writeTo', () => {
    const uri = parsed('h.com', '/é')
    const chunks: Buffer[] = []
    const written = uri.writeTo({ write: (chunk: Buffer) => chunks.push(chunk) })
    expect(Buffer.concat(chunks).toString()).toBe('http://h.com/%C3%A9')
    expect(written).toBe(19)
    expect(uri.appendBytes(Buffer.from('> ')).toString()).toBe('> http://h.com/%C3%A9')
  })

  test('a released URI comes back empty', () => {
    const uri = acquireURI()
    uri.parse('', 'https://u:p@h.com/a?b#c')
    uri.queryArgs().set('x', 'y')
    releaseURI(uri)
    expect(acquireURI()).toBe(uri)
    expect(uri.toString()).toBe('http:///')
    expect([uri.username(), uri.password(), uri.queryArgs().len()]).toEqual(['', '', 0])
  })
})

describe('properties', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'http',
      'https',
      '://',
      '//',
      '/',
      '?',
      '#',
      '@',
      ':',
      '[',
      ']',
      '%',
      '%2e',
      '..',
      'h',
      '\\',
      ' ',
      '80'
    ),
    fc.string({ maxLength: 3 })
  )
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''))

  test('whatever is given: a FastHttpError, or a request target that fits one line', () => {
    fc.assert(
      fc.property(fc.constantFrom('', 'h.com'), text, (host, reference) => {
        const uri = new URI()
        try {
          uri.parse(host, reference)
        } catch (err) {
          expect(err).toBeInstanceOf(FastHttpError)
          return
        }
        for (const raw of [false, true]) {
          uri.disablePathNormalizing = raw
          expect(uri.requestURI()).toMatch(/^(?:\/|\*$|\*\?)[!-"$-~]*$/)
        }
      })
    )
  })

  test('what was written is read as the same', () => {
    fc.assert(
      fc.property(text, text, text, (path, query, hash) => {
        const uri = new URI()
        uri.setHost('h.com')
        uri.setPath(path)
        uri.setQueryString(query)
        uri.setHash(hash)
        const again = parsed('', uri.toString())
        expect(again.toString()).toBe(uri.toString())
        expect(again.pathBytes()).toEqual(uri.pathBytes())
      })
    )
  })
})
