import { expect, test } from 'vitest'
import { Client } from '../../src/client/client.js'
import { HostClient } from '../../src/client/host-client.js'
import { LBClient } from '../../src/client/lb-client.js'
import type { CallOptions } from '../../src/client/options.js'
import { PipelineClient } from '../../src/client/pipeline-client.js'
import { Request } from '../../src/http/request.js'

const addr = '127.0.0.1:1'
const url = `http://${addr}/`

function request(): Request {
  const req = new Request()
  req.setRequestURI(url)
  return req
}

test.each<[unknown, string]>([
  [{ timout: 5 }, 'did you mean timeout?'],
  [{ readTimeout: 5 }, 'use timeout'],
  [{ maxRedirects: 5 }, 'use doRedirects()'],
  [{ headers: {} }, 'use the header of the Request'],
  [{ redirect: 'manual' }, 'use maxRedirects'],
  [{ timeout: '5' }, 'timeout must be a number'],
  [{ deadline: 'tomorrow' }, 'deadline must be'],
  [{ signal: {} }, 'signal must be an AbortSignal'],
  [null, 'must be an object'],
  [5, 'must be an object'],
])('do refuses %j: %s', async (given, message) => {
  const options = given as CallOptions
  const client = new Client()
  const host = new HostClient({ addr })
  const pipeline = new PipelineClient({ addr })
  const balanced = new LBClient({ clients: [host] })
  const refused = expect.objectContaining({
    code: 'FH_ERR_INVALID_OPTION',
    message: expect.stringContaining(message),
  })
  // The balancer has a limit of its own in place of the call's.
  const isLimit =
    given === null || typeof given !== 'object' || 'timeout' in given || 'deadline' in given
  for (const one of [client, host, pipeline, ...(isLimit ? [] : [balanced])]) {
    await expect(one.do(request(), null, options)).rejects.toEqual(refused)
  }
  // No call is left behind that closing would wait for.
  await Promise.all([client.close(), host.close(), pipeline.close()])
})

test.each<[unknown, string]>([
  [{ maxRedirections: 5 }, 'use maxRedirects'],
  [{ body: 'x' }, 'use the second argument of post'],
  [{ query: {} }, 'use a URL with searchParams'],
  [{ maxRedirects: NaN }, 'maxRedirects must be'],
  [{ headers: null }, 'headers must be'],
  [5, 'must be an object'],
])('get and post refuse %j: %s', async (given, message) => {
  const client = new Client()
  const options = given as CallOptions
  const refused = expect.objectContaining({
    code: 'FH_ERR_INVALID_OPTION',
    message: expect.stringContaining(message),
  })
  await expect(client.get(url, options)).rejects.toEqual(refused)
  await expect(client.post(url, 'x', options)).rejects.toEqual(refused)
  await client.close()
})

test('what a program adds to Object.prototype is no option', async () => {
  Object.defineProperty(Object.prototype, 'added', {
    value: 1,
    enumerable: true,
    configurable: true,
    writable: true,
  })
  let err
  try {
    err = await new Client().get(url, { timeout: 1000 }).catch((thrown: unknown) => thrown)
  } finally {
    Reflect.deleteProperty(Object.prototype, 'added')
  }
  expect(err).toMatchObject({ code: 'FH_ERR_DIAL_WITH_UPSTREAM' })
})
