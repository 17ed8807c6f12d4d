// A REST API in TypeScript: npx tsx docs/examples/rest-api.ts, then
// curl -d '{"title":"Read the docs"}' localhost:3000/todos and curl localhost:3000/todos/1
import type { AddressInfo } from 'node:net'
import { Server, type RequestCtx } from 'fasthttp'
import { Router } from 'fasthttp/router'

interface Todo {
  id: number
  title: string
  done: boolean
}

const todos = new Map<number, Todo>()
let lastId = 0

/** The fields of the body that a client may set; throws what the error handler turns into 400. */
function readFields(ctx: RequestCtx): Partial<Omit<Todo, 'id'>> {
  const { title, done } = ctx.bodyJSON<Partial<Todo>>()
  if (title !== undefined && typeof title !== 'string') throw new TypeError('title must be text')
  if (done !== undefined && typeof done !== 'boolean') throw new TypeError('done must be a boolean')
  return { ...(title !== undefined && { title }), ...(done !== undefined && { done }) }
}

const router = new Router({ methodNotAllowed: true })

router.get('/todos', (ctx) => ctx.setJSON([...todos.values()]))

router.post('/todos', (ctx) => {
  const { title, done = false } = readFields(ctx)
  if (title === undefined) throw new TypeError('title is missing')
  const todo = { id: ++lastId, title, done }
  todos.set(todo.id, todo)
  ctx.setStatusCode(201)
  ctx.response.header.set('Location', `/todos/${todo.id}`)
  ctx.setJSON(todo)
})

router.get('/todos/:id', (ctx) => {
  const todo = todos.get(Number(ctx.param('id')))
  return todo === undefined ? ctx.notFound() : ctx.setJSON(todo)
})

router.patch('/todos/:id', (ctx) => {
  const todo = todos.get(Number(ctx.param('id')))
  return todo === undefined ? ctx.notFound() : ctx.setJSON(Object.assign(todo, readFields(ctx)))
})

router.delete('/todos/:id', (ctx) => {
  if (!todos.delete(Number(ctx.param('id')))) return ctx.notFound()
  ctx.setStatusCode(204)
})

router.onError((err, ctx, next) => {
  const isClients =
    err instanceof TypeError || (err as { code?: string }).code === 'FH_ERR_INVALID_JSON'
  if (!isClients) return next(err)
  ctx.setStatusCode(400)
  ctx.setJSON({ error: (err as Error).message })
})

const server = new Server({ handler: router.handler })
server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
})
