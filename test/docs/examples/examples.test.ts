import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { Example } from './run-example.js'

const folder = new URL('../../../docs/examples/', import.meta.url)
const files = readdirSync(folder).filter((name) => /\.(?:mjs|ts)$/.test(name))
const index = readFileSync(new URL('README.md', folder), 'utf8')

const running: Example[] = []
async function start(file: string, ...args: string[]): Promise<string> {
  const example = new Example(file, ...args)
  running.push(example)
  return `http://localhost:${await example.port()}`
}
afterEach(async () => {
  for (const example of running.splice(0)) await example.stop('SIGKILL')
})

const text = async (url: string, init?: RequestInit): Promise<string> =>
  (await fetch(url, init)).text()

test('the index names every example, and says how to run it', () => {
  const named = [...index.matchAll(/^\| \[([\w.-]+)\]\(\1\) \|/gm)].map(([, name]) => name!)
  expect(named.sort()).toEqual([...files].sort())
  for (const name of files) {
    const command = name.endsWith('.ts') ? 'npx tsx' : 'node'
    const source = readFileSync(new URL(name, folder), 'utf8')
    expect(source.slice(0, 400)).toMatch(/^(?:\/\/|\/\*\*)/)
    if (name !== 'demo.mjs') expect(source).toContain(`${command} docs/examples/${name}`)
  }
})

test('an example in a checkout finds the package by its name', () => {
  const { resolve } = createRequire(new URL('hello-world.mjs', folder))
  expect(resolve('fasthttp/package.json')).toBe(
    fileURLToPath(new URL('../../package.json', folder))
  )
})

describe('the examples run', () => {
  test('hello-world and client', async () => {
    const url = await start('hello-world.mjs')
    expect(await text(`${url}/?name=you`)).toBe('Hello, you!\n')
    const client = new Example('client.mjs', url)
    expect(await client.ended).toBe(0)
    expect(client.output.split('\n')).toEqual([
      '200 Hello, get!',
      '200 Hello, post!',
      '200 Hello, do!',
      'Hello, 1! Hello, 2! Hello, 3!',
      'FH_ERR_DIAL_WITH_UPSTREAM',
      '',
    ])
  })

  test('file-server', async () => {
    const url = await start('file-server.mjs', 'docs')
    expect(await text(`${url}/examples/`)).toContain('hello-world.mjs')
    const part = await fetch(`${url}/examples/hello-world.mjs`, { headers: { range: 'bytes=0-1' } })
    expect([part.status, await part.text()]).toEqual([206, '//'])
    expect((await fetch(`${url}/..%2fpackage.json`)).status).toBe(404)
  })

  test.each(['one.example', 'two.example'])('multi-domain-tls: %s', async (host) => {
    const port = Number(new URL(await start('multi-domain-tls.mjs')).port)
    const socket = connect({ port, host: '127.0.0.1', servername: host, rejectUnauthorized: false })
    socket.end(`GET / HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`)
    await once(socket, 'secureConnect')
    expect(socket.getPeerCertificate().subjectaltname).toBe(`DNS:${host}`)
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    expect(answer).toContain(`This is ${host}`)
  })

  test('reverse-proxy', async () => {
    const upstream = await start('rest-api.ts')
    const url = await start('reverse-proxy.mjs', new URL(upstream).host)
    const created = await fetch(`${url}/todos`, {
      method: 'POST',
      body: JSON.stringify({ title: 'pass it on' }),
    })
    expect([created.status, created.headers.get('location')]).toEqual([201, '/todos/1'])
    expect(await text(`${url}/todos/1`)).toContain('pass it on')
    await running[0]!.stop('SIGKILL')
    expect((await fetch(`${url}/todos/1`)).status).toBe(502)
  })

  test('upload', async () => {
    const url = await start('upload.mjs')
    expect(await text(url)).toContain('multipart/form-data')
    const form = new FormData()
    form.set('title', 'Me')
    form.set('picture', new File(['picture'], '../../evil.png'))
    const answer = (await (await fetch(url, { method: 'POST', body: form })).json()) as {
      title: string
      size: number
      path: string
    }
    expect(answer).toMatchObject({ title: 'Me', size: 7 })
    expect(answer.path).toMatch(/uploads-\w+\/[\w-]+\.png$/)
    expect(readFileSync(answer.path, 'utf8')).toBe('picture')
    expect((await fetch(url, { method: 'POST' })).status).toBe(400)
  })

  test('server-sent-events', async () => {
    const url = await start('server-sent-events.mjs')
    expect(await text(url)).toContain('new EventSource')
    const gone = new AbortController()
    const response = await fetch(`${url}/time`, { signal: gone.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const { value } = await response.body!.getReader().read()
    expect(Buffer.from(value!).toString()).toMatch(/^event: time\ndata: \{"now":"\d{4}-.*"\}\n\n$/)
    gone.abort()
  })

  test('websocket-chat', async () => {
    const url = await start('websocket-chat.mjs')
    expect(await text(url)).toContain('new WebSocket')
    const heard: string[] = []
    const enter = async (): Promise<WebSocket> => {
      const socket = new WebSocket(url.replace('http', 'ws') + '/chat')
      socket.on('message', (data) => heard.push(String(data)))
      await once(socket, 'message')
      return socket
    }
    const first = await enter()
    const second = await enter()
    heard.length = 0
    first.send('hello')
    await Promise.all([once(first, 'message'), once(second, 'message')])
    expect(heard).toContain('Guest 1: hello')
    first.close()
    await once(second, 'message')
    expect(heard.at(-1)).toBe('Guest 1 left')
    second.close()
  })

  test('graceful-shutdown', async () => {
    const url = await start('graceful-shutdown.mjs')
    const answer = text(url)
    const [example] = running
    // The connection of the request is made before this one.
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(100) }).catch(() => {})
    const ended = example!.stop('SIGINT')
    expect(await answer).toBe('done\n')
    expect(await ended).toBe(0)
    expect(example!.output).toContain('all requests answered')
  })

  test('express-strangler', async () => {
    const url = await start('express-strangler.mjs')
    expect(await (await fetch(`${url}/price/42`)).json()).toEqual({ id: '42', price: 9.99 })
    const about = await fetch(`${url}/about`)
    expect([about.headers.get('x-powered-by'), await about.text()]).toEqual([
      'Express',
      'answered by Express',
    ])
    const order = await fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"items":[1,2]}',
    })
    expect([order.status, await order.json()]).toEqual([201, { items: 2 }])
    expect((await fetch(`${url}/nothing`)).status).toBe(404)
  })

  test('rest-api', async () => {
    const url = await start('rest-api.ts')
    const ask = async (method: string, path: string, body?: unknown): Promise<unknown[]> => {
      const sent = typeof body === 'string' ? body : JSON.stringify(body)
      const answer = await fetch(url + path, { method, ...(body !== undefined && { body: sent }) })
      const content = await answer.text()
      return [
        answer.status,
        content.startsWith('{') || content.startsWith('[') ? JSON.parse(content) : content,
      ]
    }
    expect(await ask('GET', '/todos')).toEqual([200, []])
    const todo = { id: 1, title: 'a', done: false }
    expect(await ask('POST', '/todos', { title: 'a' })).toEqual([201, todo])
    expect(await ask('GET', '/todos/1')).toEqual([200, todo])
    expect(await ask('PATCH', '/todos/1', { done: true })).toEqual([200, { ...todo, done: true }])
    expect(await ask('POST', '/todos', {})).toEqual([400, { error: 'title is missing' }])
    expect(await ask('POST', '/todos', { title: 1 })).toEqual([
      400,
      { error: 'title must be text' },
    ])
    expect((await ask('POST', '/todos', '{'))[0]).toBe(400)
    expect((await ask('GET', '/todos/2'))[0]).toBe(404)
    expect((await ask('PUT', '/todos'))[0]).toBe(405)
    expect(await ask('DELETE', '/todos/1')).toEqual([204, ''])
    expect(await ask('GET', '/todos')).toEqual([200, []])
  })

  test('prefork', async () => {
    const url = await start('prefork.mjs')
    expect(await text(url)).toMatch(/^answered by \d+\n$/)
    const [example] = running
    expect(await example!.stop('SIGINT')).toBe(0)
    expect(example!.output).toContain('has answered its last request')
    expect(example!.output).toContain('all ended')
  })
})
