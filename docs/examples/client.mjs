// Asks servers: node docs/examples/hello-world.mjs in one terminal, node docs/examples/client.mjs in another
import { Client, Request, Response } from 'fasthttp'

const origin = process.argv[2] ?? 'http://localhost:3000'
const client = new Client({ name: 'example', readTimeout: 5000, writeTimeout: 5000 })

// The short way.
const { statusCode, body } = await client.get(`${origin}/?name=get`)
console.log(statusCode, body.trim())

// A form, a time limit for the whole call and a header line.
const form = new URLSearchParams({ color: 'blue' })
const posted = await client.post(`${origin}/?name=post`, form, {
  timeout: 2000,
  headers: { 'X-Request-Id': '1' },
})
console.log(posted.statusCode, posted.body.trim())

// Full control; request and response can be used again.
const request = new Request()
const response = new Response()
request.header.setMethod('PUT')
request.setRequestURI(`${origin}/?name=do`)
request.setBody('text')
await client.do(request, response)
console.log(response.statusCode(), response.body().trim())

// Many at once, over connections that are kept.
const all = await Promise.all([1, 2, 3].map((n) => client.get(`${origin}/?name=${n}`)))
console.log(all.map((answer) => answer.body.trim()).join(' '))

// Errors have codes.
try {
  await client.get('http://localhost:1/')
} catch (err) {
  console.log(err.code)
}
await client.close()
