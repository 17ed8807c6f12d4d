import { describe, expect, test } from 'vitest'
import { parseProxyURL } from '../../../src/features/proxy/proxy-url.js'

describe('parseProxyURL', () => {
  const login = (username: string, password: string) => ({ username, password })
  test.each([
    ['localhost:3128', 'http', 'localhost:3128', undefined],
    ['http://localhost', 'http', 'localhost:80', undefined],
    ['HTTP://localhost:1/', 'http', 'localhost:1', undefined],
    ['u:p@localhost:1', 'http', 'localhost:1', login('u', 'p')],
    ['u@localhost:1', 'http', 'localhost:1', login('u', '')],
    ['http://u:a@b@localhost:1', 'http', 'localhost:1', login('u', 'a@b')],
    ['http://u:100%@[::1]:8', 'http', '[::1]:8', login('u', '100%')],
    ['socks5://localhost', 'socks5', 'localhost:1080', undefined],
    ['socks5h://u%3A:p%40@[::1]', 'socks5', '[::1]:1080', login('u:', 'p@')],
    ['SOCKS5://localhost:9/', 'socks5', 'localhost:9', undefined],
  ])('%s', (text, protocol, addr, credentials) => {
    expect(parseProxyURL(text)).toEqual({ protocol, addr, credentials })
  })
  test.each([
    ['socks4://localhost:1', 'FH_ERR_INVALID_OPTION'],
    ['ftp://localhost:1', 'FH_ERR_INVALID_OPTION'],
    ['http://local host:1', 'FH_ERR_INVALID_OPTION'],
    ['http://localhost:99999', 'FH_ERR_INVALID_HOST'],
    ['http://', 'FH_ERR_INVALID_OPTION'],
    ['toString://localhost', 'FH_ERR_INVALID_OPTION'],
    [`socks5://${'u'.repeat(256)}@localhost`, 'FH_ERR_INVALID_OPTION'],
    [`socks5://u:${'ü'.repeat(128)}@localhost`, 'FH_ERR_INVALID_OPTION'],
  ])('%s is refused', (text, code) => {
    expect(() => parseProxyURL(text)).toThrow(expect.objectContaining({ code }))
  })

  test('a refused one does not tell its password', () => {
    expect(() => parseProxyURL('ftp://u:secret@localhost')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') as string })
    )
  })
})
