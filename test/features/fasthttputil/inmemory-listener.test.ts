import { expect, test } from 'vitest'
import { InmemoryListener } from '../../../src/features/fasthttputil/index.js'
import { turns } from '../../helpers/raw-client.js'

const closedError = { code: 'FH_ERR_INMEMORY_LISTENER_CLOSED' }

test('a dial resolves when it is accepted', async () => {
  const listener = new InmemoryListener()
  let dialed = false
  const dial = listener.dial().then((conn) => ((dialed = true), conn))
  await turns()
  expect(dialed).toBe(false)
  const served = await listener.accept()
  const client = await dial
  client.write('hello')
  let text = ''
  served!.open({
    onRead: (chunk, n) => void (text += chunk.toString('latin1', 0, n)),
    onEnd() {},
    onWritable() {},
    onClose() {},
  })
  await turns()
  expect(text).toBe('hello')
})

test('dials are accepted in order, whichever comes first', async () => {
  const listener = new InmemoryListener()
  const addr = (port: number) => ({ network: 'tcp', address: '10.0.0.1', port })
  const first = listener.accept()
  void listener.dialWithLocalAddr(addr(1))
  void listener.dialWithLocalAddr(addr(2))
  void listener.dialWithLocalAddr(addr(3))
  const served = [await first, await listener.accept(), await listener.accept()]
  expect(served.map((conn) => conn!.remoteAddr.port)).toEqual([1, 2, 3])
})

test('close refuses waiting and later dials and ends accept', async () => {
  const listener = new InmemoryListener()
  const dial = listener.dial()
  listener.close()
  await expect(dial).rejects.toMatchObject(closedError)
  await expect(listener.dial()).rejects.toMatchObject(closedError)
  expect(await listener.accept()).toBeUndefined()
  const waiting = new InmemoryListener()
  const accept = waiting.accept()
  waiting.close()
  waiting.close()
  expect(await accept).toBeUndefined()
})

test('addresses', async () => {
  const listener = new InmemoryListener()
  expect(listener.addr().network).toBe('inmemory')
  const addr = { network: 'tcp', address: '1.2.3.4', port: 80 }
  listener.setLocalAddr(addr)
  const [client, served] = await Promise.all([listener.dial(), listener.accept()])
  expect([listener.addr(), client.remoteAddr, served!.localAddr]).toEqual([addr, addr, addr])
})
