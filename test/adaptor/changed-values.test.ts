import express from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { adapt, adaptMiddleware } from '../../adaptor/index.js'
import { body, json, jsonBody, query } from '../../src/features/compat/index.js'
import { App } from '../../src/features/router/index.js'

type Req = Record<'query' | 'params' | 'body', any>
type Change = (req: Req) => void

/** Express 4 lets middlewares put another query on the request; Express 5 has a getter. */
const replace = (req: Req, name: keyof Req, value: unknown) =>
  Object.defineProperty(req, name, { value, writable: true, configurable: true })

/** What an Express app says behind a middleware that makes the change. */
async function viaExpress(change: Change, path: string) {
  const app = express()
  app.use(express.json())
  const middleware: express.RequestHandler = (req, _res, next) => {
    change(req)
    next()
  }
  app.post('/:id/*rest', middleware, (req, res) => {
    res.json({ id: req.params['id'], rest: req.params['rest'], q: req.query['q'], body: req.body })
  })
  return (await request(app).post(path).send({ a: '$1', b: 2 })).body as unknown
}

async function viaRouter(change: Change, path: string, isLast: 'native' | 'adapted') {
  const app = new App()
  app.use(jsonBody())
  const middleware = adaptMiddleware((req: Req, _res, next) => {
    change(req)
    next()
  })
  app.post(
    '/:id/*rest',
    middleware,
    isLast === 'native'
      ? (ctx) =>
          json(ctx, {
            id: ctx.param('id'),
            rest: ctx.param('rest')?.split('/'),
            q: query(ctx)['q'],
            body: body(ctx),
          })
      : adapt((req, res) => {
          const { params, query: seen, body: parsed } = req as unknown as Req
          const { id, rest } = params as Record<string, unknown>
          res.setHeader('Content-Type', 'application/json')
          res.end(
            JSON.stringify({ id, rest, q: (seen as Record<string, unknown>)['q'], body: parsed })
          )
        })
  )
  return (await request(app).post(path).send({ a: '$1', b: 2 })).body as unknown
}

const CHANGES: Record<string, Change> = {
  nothing: () => undefined,
  'a query value': (req) => replace(req, 'query', { ...req.query, q: 'clean' }),
  'another query': (req) => replace(req, 'query', { q: 'other' }),
  'a query value that goes': (req) => replace(req, 'query', {}),
  'a parameter in place': (req) => void (req.params.id = 'clean'),
  'a parameter that is a number': (req) => void (req.params.id = Number(req.params.id)),
  'other parameters': (req) => void (req.params = { ...req.params, id: 'other' }),
  'a wildcard': (req) => void (req.params.rest = ['x', 'y', 'z']),
  'the body in place': (req) => void delete req.body.a,
  'another body': (req) => void (req.body = { only: true }),
}

describe.each(Object.entries(CHANGES))('an adapted middleware changes %s', (_, change) => {
  test.each(['native', 'adapted'] as const)('seen by %s handlers', async (isLast) => {
    const path = '/7/a/b?q=$1'
    expect(await viaRouter(change, path, isLast)).toEqual(await viaExpress(change, path))
  })
})

test.each<[string, Change, string[]]>([
  ['in place', (req) => void (req.query.q = 'last'), ['last']],
  ['replaced', (req) => void (req.query = { q: ['a', 'b'], n: { x: '1' } }), ['a', 'b', '1']],
  ['removed', (req) => void delete req.query.q, []],
])('queryArgs() of a native handler sees a query that was %s', async (_, change, expected) => {
  const app = new App()
  app.use(
    adaptMiddleware((req: Req, _res, next) => {
      change(req)
      next()
    })
  )
  app.get('/', (ctx) =>
    json(ctx, [...ctx.queryArgs().peekMulti('q'), ...ctx.queryArgs().peekMulti('n[x]')])
  )
  const answer = await request(app).get('/?q=first&q=second')
  expect(answer.body).toEqual(expected)
})

test('parameters are those of the route again behind it', async () => {
  const app = new App()
  app.get(
    '/:id',
    adaptMiddleware((req: Req, _res, next) => {
      req.params.id = 'changed'
      next()
    }),
    (_ctx, next) => next('route')
  )
  app.get('/:id', (ctx) => json(ctx, ctx.param('id')))
  expect((await request(app).get('/7')).body).toBe('7')
})
