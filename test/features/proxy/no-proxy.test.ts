import { describe, expect, test } from 'vitest'
import { NoProxy } from '../../../src/features/proxy/no-proxy.js'

describe('NoProxy', () => {
  test.each([
    ['', 'a.test:80', false],
    ['*', 'a.test:80', true],
    ['a.test', 'a.test:80', true],
    ['a.test', 'A.TEST:80', true],
    ['a.test', 'b.a.test:80', true],
    ['a.test', 'xa.test:80', false],
    ['a.test', 'test:80', false],
    ['.a.test', 'a.test:80', false],
    ['.a.test', 'b.a.test:80', true],
    ['*.a.test', 'b.a.test:80', true],
    ['a.test:81', 'a.test:80', false],
    ['a.test:81', 'a.test:81', true],
    ['x, a.test', 'a.test:80', true],
    ['10.0.0.1', '10.0.0.1:80', true],
    ['10.0.0.1', '10.0.0.2:80', false],
    ['10.0.0.1:81', '10.0.0.1:80', false],
    ['10.0.0.0/8', '10.9.9.9:80', true],
    ['10.0.0.0/8', '11.0.0.1:80', false],
    ['10.0.0.0/99', '10.0.0.1:80', false],
    ['fd00::/8', '[fd12::1]:80', true],
    ['fd00::/8', '[fe00::1]:80', false],
    ['[fd00::1]', '[fd00::1]:80', true],
    ['fd00::1', '[fd00::1]:80', true],
    ['fd00::1', '[fd00:0:0::1]:80', true],
    ['10.0.0.1', '[::ffff:10.0.0.1]:80', true],
    ['a.test.', 'a.test:80', true],
    ['a.test', 'a.test.:80', true],
    ['x.test a.test', 'a.test:80', true],
    ['', 'localhost:80', true],
    ['', '[::ffff:127.0.0.1]:80', true],
    ['', '128.0.0.1:80', false],
    ['', '127.9.9.9:80', true],
    ['', '[::1]:80', true],
  ])('%j and %s', (list, addr, bypasses) => {
    expect(new NoProxy(list).bypasses(addr)).toBe(bypasses)
  })
})
