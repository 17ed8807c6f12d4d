import { expect, test } from 'vitest'
import { Example } from './run-example.js'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'

test('spans of requests, with their parents, statuses and errors', async () => {
  const example = new Example('opentelemetry.mjs')
  try {
    const url = `http://localhost:${await example.port()}`
    const response = await fetch(`${url}/users/7`, {
      headers: { traceparent: `00-${TRACE}-${PARENT}-01` },
    })
    expect(await response.json()).toEqual({ id: '7' })
    await example.said(/'http\.response\.status_code': 200/)
    // The inner span ends first.
    const [inner, outer] = example.output.split(/\n(?=\{\n)/).slice(-2)
    expect(inner).toContain("name: 'find user'")
    expect(outer).toContain("name: 'GET'")
    expect(outer).toContain("'url.path': '/users/7'")
    for (const span of [inner, outer]) expect(span).toContain(`traceId: '${TRACE}'`)
    expect(outer).toContain(`spanId: '${PARENT}'`)
    const [, id] = /^ {2}id: '(\w+)'/m.exec(outer!)!
    expect(inner).toContain(`spanId: '${id}'`)

    expect((await fetch(`${url}/none`)).status).toBe(500)
    await example.said(/'http\.response\.status_code': 500/)
    expect(example.output).toContain("'exception.message': 'no such page'")
  } finally {
    await example.stop('SIGKILL')
  }
})
