import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { newPipeConns } from '../../../src/features/fasthttputil/index.js'
import type { Conn, ConnReceiver } from '../../../src/net/conn.js'
import { turns } from '../../helpers/raw-client.js'

/** Notes what it is called with. */
function recorder(conn: Conn, onRead?: (text: string) => void): string[] {
  const calls: string[] = []
  const receiver: ConnReceiver = {
    onRead(chunk, length) {
      const text = chunk.toString('latin1', 0, length)
      calls.push(`read ${text}`)
      onRead?.(text)
    },
    onEnd: () => void calls.push('end'),
    onWritable: () => void calls.push('writable'),
    onClose: (err) =>
      void calls.push(err === undefined ? 'close' : `close ${(err as { code?: string }).code}`),
  }
  conn.open(receiver)
  return calls
}

function pair(): [Conn, Conn] {
  const pipe = newPipeConns()
  return [pipe.conn1(), pipe.conn2()]
}

describe('a pipe as Conn', () => {
  test('each write is a read of its own, copied, and never delivered from within write', async () => {
    const [a, b] = pair()
    const calls = recorder(b)
    const bytes = Buffer.from('one')
    a.write(bytes)
    bytes.fill('x')
    a.write('tw\xff')
    a.write('')
    expect(calls).toEqual([])
    await turns()
    expect(calls).toEqual(['read one', 'read tw\xff'])
  })

  test('nothing is lost before open and while paused', async () => {
    const [a, b] = pair()
    a.write('1')
    a.end()
    await turns()
    b.pause()
    const calls = recorder(b)
    await turns()
    expect(calls).toEqual([])
    b.resume()
    await turns()
    expect(calls).toEqual(['read 1', 'end'])
  })

  test('pausing from within a read stops at once', async () => {
    const [a, b] = pair()
    const calls = recorder(b, () => b.pause())
    a.write('1')
    a.write('2')
    await turns()
    expect(calls).toEqual(['read 1'])
    b.resume()
    await turns()
    expect(calls).toEqual(['read 1', 'read 2'])
  })

  test('a full pipe asks to wait, and says when there is room', async () => {
    const [a, b] = pair()
    const calls = recorder(a)
    const chunk = Buffer.alloc(40_000)
    expect([a.write(chunk), a.write(chunk)]).toEqual([true, false])
    expect([a.pendingBytes, a.unsentBytes]).toEqual([80_000, 80_000])
    await turns()
    expect(calls).toEqual([])
    recorder(b)
    await turns()
    expect(calls).toEqual(['writable'])
    expect(a.pendingBytes).toBe(0)
  })

  test('half-closed ends go on the other way; both closed, both are gone', async () => {
    const [a, b] = pair()
    const [atA, atB] = [recorder(a), recorder(b)]
    a.end()
    await turns()
    b.write('late')
    await turns()
    expect([atA, atB]).toEqual([['read late'], ['end']])
    b.end()
    await turns()
    expect([atA, atB]).toEqual([
      ['read late', 'end', 'close'],
      ['end', 'close'],
    ])
  })

  test('close lets the peer read what was written', async () => {
    const [a, b] = pair()
    const atA = recorder(a)
    a.write('last')
    a.close()
    await turns()
    expect(atA).toEqual([])
    const atB = recorder(b)
    await turns()
    expect(atB).toEqual(['read last', 'end'])
    expect(atA).toEqual(['close'])
  })

  test('destroy drops what comes in, not what went out', async () => {
    const [a, b] = pair()
    const [atA, atB] = [recorder(a), recorder(b)]
    a.write('out')
    b.write('in')
    a.destroy()
    await turns()
    expect([atA, atB]).toEqual([['close'], ['read out', 'end']])
    b.write('nobody reads')
    await turns()
    expect(atB.at(-1)).toBe('close FH_ERR_CONNECTION_CLOSED')
  })

  test('an endless conversation leaves timers their turn', async () => {
    const [a, b] = pair()
    recorder(a, () => a.write('ping'))
    recorder(b, () => b.write('pong'))
    a.write('ping')
    await new Promise((resolve) => setTimeout(resolve, 1))
    a.destroy()
  })

  test('addresses', () => {
    const pipe = newPipeConns()
    expect(pipe.conn1().remoteAddr).toEqual({ network: 'inmemory', address: '', port: 0 })
    const addr = (port: number) => ({ network: 'tcp', address: '1.2.3.4', port })
    pipe.setAddresses(addr(1), addr(2), addr(3), addr(4))
    const [a, b] = [pipe.conn1(), pipe.conn2()]
    expect([a.localAddr, a.remoteAddr, b.localAddr, b.remoteAddr].map((x) => x.port)).toEqual([
      1, 2, 3, 4,
    ])
  })
})

describe('a pipe as Duplex', () => {
  test('bytes, ends and back-pressure', async () => {
    const [a, b] = pair()
    const sent = Buffer.alloc(1_000_000, 'abc')
    a.stream.end(sent)
    const received: Buffer[] = []
    for await (const chunk of b.stream) received.push(chunk as Buffer)
    expect(Buffer.concat(received).equals(sent)).toBe(true)
    b.stream.end()
    a.stream.resume()
    await once(a.stream, 'close')
  })

  test('a write waits for a peer that does not read, and fails when that goes away', async () => {
    const [a, b] = pair()
    const failed = once(a.stream, 'error')
    let written = false
    a.stream.write(Buffer.alloc(100_000), () => (written = true))
    await turns()
    expect(written).toBe(false)
    b.destroy()
    await turns()
    a.stream.write('x')
    expect(await failed).toMatchObject([{ code: 'FH_ERR_CONNECTION_CLOSED' }])
  })

  test('detach hands over what was read and what comes', async () => {
    const [a, b] = pair()
    const calls = recorder(b)
    a.write('request')
    await turns()
    const stream = b.detach(Buffer.from('rest '))
    a.write('more')
    a.end()
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    expect(text).toBe('rest more')
    expect(calls).toEqual(['read request'])
  })

  test('detach after the peer has ended', async () => {
    const [a, b] = pair()
    recorder(b)
    a.end()
    await turns()
    let text = ''
    for await (const chunk of b.detach(Buffer.from('rest'))) text += String(chunk)
    expect(text).toBe('rest')
  })

  test('destroying either side destroys the other view', async () => {
    const [a, b] = pair()
    const calls = recorder(b)
    a.stream.destroy()
    await turns()
    expect(calls).toEqual(['end'])
    b.stream.on('error', () => {})
    b.destroy(new Error('x'))
    await turns()
    expect(b.stream.destroyed).toBe(true)
  })
})
