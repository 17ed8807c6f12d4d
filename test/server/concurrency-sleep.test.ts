import { expect, test } from 'vitest'
import { serve, turns, type Transport } from '../helpers/raw-client.js'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'

test.each<[Transport]>([['tcp'], ['in memory']])(
  'sleepWhenConcurrencyLimitsExceeded lets connections wait, %s',
  async (transport) => {
    const served = await serve(
      {
        handler: (ctx) => ctx.setBody('served'),
        concurrency: 1,
        sleepWhenConcurrencyLimitsExceeded: 1000,
        logger: { printf() {} },
      },
      transport
    )
    const first = await served.connect()
    first.write(GET)
    await first.until(/served/)
    const second = await served.connect()
    expect(await second.untilEnd()).toMatch(/^HTTP\/1\.1 503 /)
    first.end()
    await first.untilEnd()
    const third = served.connect().then((client) => {
      client.write(GET)
      return client.until(/served/)
    })
    await turns(20)
    expect(served.server.openConnectionsCount()).toBe(0)
    expect(await third).toMatch(/^HTTP\/1\.1 200 /)
    expect(served.server.rejectedConnectionsCount()).toBe(1)
    second.destroy()
    await served.close()
  }
)

test('a client that does not wait costs nothing', async () => {
  const served = await serve({
    handler: (ctx) => ctx.setBody('served'),
    concurrency: 1,
    sleepWhenConcurrencyLimitsExceeded: 1000,
    logger: { printf() {} },
  })
  const first = await served.connect()
  first.write(GET)
  await first.until(/served/)
  await (await served.connect()).untilEnd()
  const impatient = await served.connect()
  impatient.write(GET)
  impatient.destroy()
  await turns(20)
  first.write(GET)
  await first.until(/served[^]*served/)
  await served.close()
})
