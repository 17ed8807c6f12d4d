import net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Conn } from '../../src/net/conn.js'
import { turns, type RawClient } from '../helpers/raw-client.js'

export interface Accepted {
  readonly conn: Conn
  readonly client: RawClient
  close(): void
}

export function record(conn: Conn): { calls: string[]; text: () => string } {
  const calls: string[] = []
  let text = ''
  conn.open({
    onRead: (chunk, length) => void (text += chunk.toString('latin1', 0, length)),
    onEnd: () => void calls.push('end'),
    onWritable: () => void calls.push('writable'),
    onClose: (err) => void calls.push(`close ${(err as { code?: string } | undefined)?.code}`),
  })
  return { calls, text: () => text }
}

export async function until(check: () => boolean): Promise<void> {
  while (!check()) await turns(1)
}

/** What holds for every connection over a socket, however it was accepted. */
export function connSuite(name: string, accept: () => Promise<Accepted>): void {
  const open: Accepted[] = []
  afterEach(() => {
    for (const { close } of open.splice(0)) close()
  })
  async function accepted(): Promise<Accepted> {
    const both = await accept()
    open.push(both)
    return both
  }

  describe(name, () => {
    test('bytes both ways, both ends', async () => {
      const { conn, client } = await accepted()
      const { calls, text } = record(conn)
      client.write('ab\xff')
      await until(() => text() === 'ab\xff')
      conn.write('c\xfe')
      conn.write(Buffer.from('d'))
      await client.until(/c\xfed/)
      client.end()
      await until(() => calls.includes('end'))
      conn.write('late')
      conn.close()
      expect(await client.untilEnd()).toBe('c\xfedlate')
      await until(() => calls.length === 2)
      expect(calls).toEqual(['end', 'close undefined'])
    })

    test('pause stops reading, resume goes on', async () => {
      const { conn, client } = await accepted()
      const { text } = record(conn)
      conn.pause()
      client.write('a')
      await turns(5)
      const early = text()
      conn.resume()
      client.write('b')
      await until(() => text() === 'ab')
      // One read may have been under way already.
      expect(['', 'a']).toContain(early)
    })

    test('paused before it is opened', async () => {
      const { conn, client } = await accepted()
      conn.pause()
      const { text } = record(conn)
      client.write('a')
      await turns(20)
      expect(text()).toBe('')
      conn.resume()
      await until(() => text() === 'a')
    })

    test('a peer that does not read: writes ask to wait, and what is unsent falls as it reads', async () => {
      const { conn, client } = await accepted()
      const { calls } = record(conn)
      client.stream.pause()
      expect(conn.write(Buffer.alloc(20_000_000))).toBe(false)
      expect(conn.pendingBytes).toBe(20_000_000)
      await turns(3)
      const unsent = conn.unsentBytes
      expect(unsent).toBeGreaterThan(0)
      client.stream.resume()
      await until(() => conn.unsentBytes < unsent)
      await until(() => calls.includes('writable'))
      expect([conn.unsentBytes, conn.pendingBytes]).toEqual([0, 0])
    })

    test('corked writes arrive in order', async () => {
      const { conn, client } = await accepted()
      record(conn)
      conn.cork()
      conn.write('a\xff')
      conn.write(Buffer.from('bc'))
      conn.write('d')
      conn.uncork()
      conn.write('e')
      expect(await client.until(/e/)).toBe('a\xffbcde')
    })

    test('small writes while corked ask nobody to wait, large ones say when to go on', async () => {
      const { conn, client } = await accepted()
      const { calls } = record(conn)
      conn.cork()
      expect(conn.write('abc')).toBe(true)
      conn.uncork()
      conn.cork()
      expect(conn.write(Buffer.alloc(100_000, 'x'))).toBe(false)
      conn.uncork()
      await until(() => calls.includes('writable'))
      conn.write('!')
      expect((await client.until(/!/)).length).toBe(100_004)
      expect(calls).toEqual(['writable'])
    })

    test('a close sends what is queued first', async () => {
      const { conn, client } = await accepted()
      const { calls } = record(conn)
      client.stream.pause()
      conn.write('x'.repeat(5_000_000))
      conn.write(Buffer.alloc(5_000_000, 'y'))
      conn.close()
      client.stream.resume()
      const received = await client.untilEnd()
      expect(received.length).toBe(10_000_000)
      expect(received.slice(4_999_999, 5_000_001)).toBe('xy')
      await until(() => calls.at(-1) === 'close undefined')
    })

    test('after its own end it still reads, and is gone when the peer has ended too', async () => {
      const { conn, client } = await accepted()
      const { calls, text } = record(conn)
      conn.write('bye')
      conn.end()
      expect(await client.untilEnd()).toBe('bye')
      client.write('more')
      await until(() => text() === 'more')
      client.end()
      await until(() => calls.length === 2)
      expect(calls).toEqual(['end', 'close undefined'])
    })

    test('a reset is told as the error of the close', async () => {
      const { conn, client } = await accepted()
      const { calls } = record(conn)
      ;(client.stream as net.Socket).resetAndDestroy()
      await until(() => calls.length > 0)
      expect(calls).toEqual(['close ECONNRESET'])
    })

    test('a write to a peer that is gone closes', async () => {
      const { conn, client } = await accepted()
      const { calls } = record(conn)
      conn.pause()
      ;(client.stream as net.Socket).resetAndDestroy()
      while (calls.length === 0) {
        conn.write('x')
        await turns(1)
      }
      expect(calls[0]).toMatch(/^close (?:EPIPE|ECONNRESET)$/)
    })

    test('detach hands the socket over with what was read', async () => {
      const { conn, client } = await accepted()
      const { text } = record(conn)
      client.write('head')
      await until(() => text() === 'head')
      const socket = conn.detach(Buffer.from('rest '))
      expect(socket).toBeInstanceOf(net.Socket)
      client.end('more')
      let received = ''
      for await (const chunk of socket) received += String(chunk)
      expect(received).toBe('rest more')
      expect(text()).toBe('head')
      socket.destroy()
    })

    test('detach after the peer has ended', async () => {
      const { conn, client } = await accepted()
      const { calls } = record(conn)
      client.end()
      await until(() => calls.includes('end'))
      const socket = conn.detach(undefined)
      socket.end('answer')
      socket.resume()
      expect(await client.untilEnd()).toBe('answer')
    })

    test('destroy tells of the close once', async () => {
      const { conn } = await accepted()
      const { calls } = record(conn)
      conn.destroy()
      conn.destroy()
      conn.write('nothing')
      conn.close()
      conn.end()
      conn.pause()
      conn.resume()
      await until(() => calls.length > 0)
      await turns(3)
      expect(calls).toEqual(['close undefined'])
      expect(conn.stream.destroyed).toBe(true)
    })

    test('addresses, also after the end', async () => {
      const { conn, client } = await accepted()
      expect(conn.remoteAddr).toMatchObject({ network: 'tcp', address: '127.0.0.1' })
      expect(conn.remoteAddr.port).toBe((client.stream as net.Socket).localPort)
      expect(conn.localAddr.port).toBe((client.stream as net.Socket).remotePort)
      record(conn)
      conn.destroy()
      await turns(3)
      expect(conn.remoteAddr.address).toBe('127.0.0.1')
    })
  })
}
