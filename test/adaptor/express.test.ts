import { createRequire } from 'node:module'
import express from 'express'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expressApp } from './apps/express-app.js'
import { transports, type Listening } from './helpers/transports.js'

const express4 = createRequire(import.meta.url)('express4') as typeof express

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('%s', (_version, make) => {
  describe.each(transports)('over %s', (_name, serve) => {
    const logged: string[] = []
    let server: Listening
    beforeAll(async () => void (server = await serve(expressApp(make, logged))))
    afterAll(() => server.close())

    test('answers with the middlewares’ headers', async () => {
      const res = await request(server.url).get('/')
      expect(res.text).toBe('hello')
      expect(res.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
        etag: expect.any(String),
      })
      expect(res.headers).not.toHaveProperty('server')
    })

    test('query, ip and hostname', async () => {
      const res = await request(server.url).get('/json?a=1&b=2')
      expect(res.body).toEqual({ query: { a: '1', b: '2' }, ip: 'string', host: '127.0.0.1' })
    })

    test('parameters, status and headers', async () => {
      const res = await request(server.url).get('/users/7')
      expect(res.status).toBe(201)
      expect(res.headers['x-user']).toBe('7')
      expect(res.body).toEqual({ id: '7' })
    })

    test.each([
      ['json', 'application/json', '{"a":[1,2]}', { a: [1, 2] }],
      ['urlencoded', 'application/x-www-form-urlencoded', 'a=1&b[c]=2', { a: '1', b: { c: '2' } }],
    ])('a body of %s', async (_kind, type, body, expected) => {
      const res = await request(server.url).post('/echo').type(type).send(body)
      expect(res.body).toEqual(expected)
    })

    test('a body that is no JSON reaches the error handler', async () => {
      const res = await request(server.url).post('/echo').type('json').send('{"a"')
      expect(res.status).toBe(400)
      expect(res.body.error).toMatch(/JSON/)
    })

    test('a big JSON body', async () => {
      const res = await request(server.url)
        .post('/echo')
        .send({ text: 'x'.repeat(90_000) })
      expect(res.body.text.length).toBe(90_000)
    })

    test('a body over the limit', async () => {
      const res = await request(server.url)
        .post('/echo')
        .send({ text: 'x'.repeat(200_000) })
      expect(res.status).toBe(413)
    })

    test('compression', async () => {
      const res = await request(server.url).get('/big').set('Accept-Encoding', 'gzip')
      expect(res.headers['content-encoding']).toBe('gzip')
      expect(res.text).toBe('line of text\n'.repeat(1000))
    })

    test('conditional requests', async () => {
      const { headers } = await request(server.url).get('/big')
      const res = await request(server.url)
        .get('/big')
        .set('If-None-Match', headers['etag'] as string)
      expect(res.status).toBe(304)
      expect(res.text).toBe('')
    })

    test('cookies', async () => {
      const agent = request.agent(server.url)
      const first = await agent.get('/cookies')
      expect(first.headers['set-cookie']).toHaveLength(2)
      const second = await agent.get('/cookies')
      expect(second.body).toEqual({ cookies: { plain: '1' }, signed: { signed: '2' } })
    })

    test('sessions', async () => {
      const agent = request.agent(server.url)
      expect((await agent.get('/visits')).text).toBe('1')
      expect((await agent.get('/visits')).text).toBe('2')
      expect((await request(server.url).get('/visits')).text).toBe('1')
    })

    test('uploads', async () => {
      const res = await request(server.url)
        .post('/upload')
        .field('field', 'value')
        .attach('file', Buffer.alloc(300_000, 'f'), 'big.bin')
      expect(res.body).toEqual({ name: 'big.bin', size: 300_000, field: 'value' })
    })

    test.each([
      ['a file', '/static/file.txt', 200, 'a static file\n'],
      ['an index', '/static/', 200, '<!doctype html><title>home</title>\n'],
    ])('static: %s', async (_what, path, status, text) => {
      const res = await request(server.url).get(path)
      expect(res.status).toBe(status)
      expect(res.text).toBe(text)
    })

    test('static: a range', async () => {
      const res = await request(server.url).get('/static/file.txt').set('Range', 'bytes=2-7')
      expect(res.status).toBe(206)
      expect(res.text).toBe('static')
      expect(res.headers['content-range']).toBe('bytes 2-7/14')
    })

    test.each([
      ['a redirect', '/redirect', 302, 'Found. Redirecting to /json'],
      ['no content', '/empty', 204, ''],
      ['a stream', '/stream', 200, 'ab'],
      ['a router', '/outer/inner?x', 200, '/outer /outer/inner?x'],
      ['a mounted app', '/sub/app', 200, 'mounted true'],
      ['an error', '/throws', 418, '{"error":"broken"}'],
    ])('%s', async (_what, path, status, text) => {
      const res = await request(server.url).get(path)
      expect([res.status, res.text]).toEqual([status, text])
    })

    test('not found', async () => {
      const res = await request(server.url).get('/nowhere')
      expect(res.status).toBe(404)
      expect(res.text).toContain('Cannot GET /nowhere')
    })

    test('HEAD', async () => {
      const res = await request(server.url).head('/users/1')
      expect(res.status).toBe(201)
      expect(res.headers['content-length']).toBe('10')
      expect(res.text).toBeUndefined()
    })

    test('the log has a line per request', async () => {
      logged.length = 0
      await request(server.url).get('/users/9')
      expect(logged).toEqual(['GET /users/9 201 10'])
    })
  })
})
