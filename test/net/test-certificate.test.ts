import { X509Certificate, createPrivateKey } from 'node:crypto'
import { connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { generateTestCertificate, Server } from '../../src/index.js'

describe('generateTestCertificate', () => {
  test.each([
    ['localhost', 'DNS:localhost'],
    ['*.example.com', 'DNS:*.example.com'],
    ['my_host-1.example', 'DNS:my_host-1.example'],
    ['localhost:8080', 'DNS:localhost'],
    ['127.0.0.1', 'IP Address:127.0.0.1'],
    ['127.0.0.1:8080', 'IP Address:127.0.0.1'],
    ['::1', 'IP Address:0:0:0:0:0:0:0:1'],
    ['[2001:db8::8:800:200c:417a]:443', 'IP Address:2001:DB8:0:0:8:800:200C:417A'],
    ['::ffff:192.0.2.1', 'IP Address:0:0:0:0:0:FFFF:C000:201'],
  ])('%s', (host, subjectAltName) => {
    const { cert, key } = generateTestCertificate(host)
    const parsed = new X509Certificate(cert)
    expect(parsed.subjectAltName).toBe(subjectAltName)
    expect(parsed.verify(parsed.publicKey)).toBe(true)
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(parsed.ca).toBe(true)
    expect(parsed.subject).toBe('O=fasthttp test')
    expect(parsed.issuer).toBe(parsed.subject)
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
    const days = (Date.parse(parsed.validTo) - Date.parse(parsed.validFrom)) / 86_400_000
    expect(days).toBeCloseTo(365, 0)
    expect(Date.parse(parsed.validFrom)).toBeLessThan(Date.now())
  })

  test.each(['', 'a b', 'a..b', '.a', 'é.example', 'a\r\nb', '::1%lo', '1:2:3'])(
    'no certificate for %j',
    (host) => {
      expect(() => generateTestCertificate(host)).toThrow(
        expect.objectContaining({ code: 'FH_ERR_INVALID_HOST' })
      )
    }
  )

  test('each has a key and a serial number of its own', () => {
    const [a, b] = [generateTestCertificate('localhost'), generateTestCertificate('localhost')]
    expect(a.key).not.toBe(b.key)
    expect(new X509Certificate(a.cert).serialNumber).not.toBe(
      new X509Certificate(b.cert).serialNumber
    )
  })

  test('a client that trusts it connects', async () => {
    const tls = generateTestCertificate('localhost')
    const server = new Server({ handler: (ctx) => ctx.setBody('secure'), tls })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: tls.cert })
    socket.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    expect(socket.authorized).toBe(true)
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*secure$/)
    await server.shutdown()
  })
})
