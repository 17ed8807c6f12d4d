import { handler, testRule, type Invalid, type Valid } from '../helpers/rule-tester.js'

const TAIL = 'ctx may serve another request by then.'
const MEND = 'Copy what you need first, or await the work.'
const valid: Valid[] = [
  { code: 'const ctx = canvas.getContext("2d"); setTimeout(() => ctx.fill(), 1)' },
  { code: handler('  const path = String(ctx.path())\n  setTimeout(() => log(path), 1)') },
  { code: handler('  return load().then((v) => ctx.setBodyString(v))') },
  { code: handler('  await load()\n  ctx.setStatusCode(204)', { isAsync: true }) },
  { code: handler('  setTimeout(() => log(ctx.path()), 1)\n  ctx.timeoutError("busy")') },
  { code: handler('  items.forEach((item) => ctx.writeString(item))') },
  { code: handler('  ctx.setUserValue("args", ctx.queryArgs())') },
  {
    code: handler(
      '  const t = setTimeout(() => log(ctx.path()), 9)\n  try { await work() } finally { clearTimeout(t) }',
      { isAsync: true }
    ),
  },
  { code: handler('  myRun((err) => ctx.error(err.message, 500))'), options: { sync: ['myRun'] } },
  { code: handler('  const pool = []\n  pool.push(() => ctx.setStatusCode(1))') },
  { code: handler('  jobs.later(() => ctx.setStatusCode(200))'), options: { sync: ['later'] } },
  {
    code: handler('  jobs.enqueueAll((err) => ctx.error("x", 500))'),
    options: { unknownCallbacks: 'ignore' },
  },
  {
    code: handler('  last.header = snapshot(ctx.request)', {
      extra: 'import { snapshot } from "x"\nconst last = {}\n',
    }),
    options: { copies: ['snapshot'] },
  },
  {
    code: handler(
      '  log.write(String(ctx.host()))\n  save({ host: `${ctx.host()}` }).catch(console.error)'
    ),
  },
  {
    code: 'import { RequestCtx } from "fasthttp"\nlet kept\nexport function make() { const ctx = new RequestCtx(); ctx.setBodyString("x"); kept = ctx }',
  },
  {
    ts: true,
    code: 'import type { Context } from "koa"\nexport const h = (ctx: Context) => { setTimeout(() => ctx.body, 1) }',
  },
]

const invalid: Invalid[] = [
  {
    code: handler('  setTimeout(() => {\n    console.log(ctx.path())\n  }, 100)'),
    errors: [
      {
        message: `\`ctx\` is used by a setTimeout callback (line 4) after the handler returned; ${TAIL} ${MEND}`,
        line: 3,
        column: 3,
        suggestions: [
          {
            messageId: 'hoist',
            output: handler(
              '  const path = String(ctx.path())\nsetTimeout(() => {\n    console.log(path)\n  }, 100)'
            ),
          },
          {
            messageId: 'awaitCallback',
            output: handler(
              '  await new Promise((resolve) => setTimeout(() => {\n    console.log(ctx.path())\n  ; resolve() }, 100))',
              { isAsync: true }
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler('  setImmediate(() => log(ctx.response.statusCode(), ctx.response))'),
    errors: [
      {
        messageId: 'timer',
        data: { use: '`ctx.response`', callee: 'setImmediate', line: '3', kind: 'context' },
        suggestions: [
          {
            messageId: 'awaitCallback',
            output: handler(
              '  await new Promise((resolve) => setImmediate(() => { log(ctx.response.statusCode(), ctx.response); resolve() }))',
              { isAsync: true }
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler('  load().then((v) => {\n    ctx.setBodyString(v)\n  })'),
    errors: [
      {
        messageId: 'floating',
        line: 3,
        suggestions: [
          {
            messageId: 'return',
            output: handler('  return load().then((v) => {\n    ctx.setBodyString(v)\n  })'),
          },
        ],
      },
    ],
  },
  {
    code: handler(
      '  load().then((v) => {\n    ctx.setBodyString(v)\n  })\n  ctx.setStatusCode(200)'
    ),
    errors: [
      {
        messageId: 'floating',
        suggestions: [
          {
            messageId: 'await',
            output: handler(
              '  await load().then((v) => {\n    ctx.setBodyString(v)\n  })\n  ctx.setStatusCode(200)',
              { isAsync: true }
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler('  void audit.write(ctx.request)', { isAsync: true }),
    errors: [
      {
        messageId: 'floating',
        suggestions: [
          {
            messageId: 'copyObject',
            output: handler(
              '  const requestCopy = acquireRequest()\n  ctx.request.copyTo(requestCopy)\n  void audit.write(requestCopy)',
              { isAsync: true }
            ).replace('{ serve }', '{ serve, acquireRequest }'),
          },
          {
            messageId: 'await',
            output: handler('  await audit.write(ctx.request)', { isAsync: true }),
          },
        ],
      },
    ],
  },
  {
    code: handler('  ids.forEach(async (id) => {\n    ctx.writeString(await load(id))\n  })', {
      isAsync: true,
    }),
    errors: [
      {
        messageId: 'floating',
        line: 3,
        suggestions: [
          {
            messageId: 'forOf',
            output: handler('  for (const id of ids) {\n    ctx.writeString(await load(id))\n  }', {
              isAsync: true,
            }),
          },
        ],
      },
    ],
  },
  {
    code: handler('  ids.map((id) => load(id).then((v) => ctx.writeString(v)))', { isAsync: true }),
    errors: [
      {
        messageId: 'floating',
        suggestions: [
          {
            messageId: 'awaitAll',
            output: handler(
              '  await Promise.all(ids.map((id) => load(id).then((v) => ctx.writeString(v))))',
              { isAsync: true }
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler(
      '  db.query("x", (err, rows) => {\n    if (err) return ctx.error("db", 500)\n    ctx.setJSON(rows)\n  })'
    ),
    errors: [
      {
        messageId: 'callback',
        data: { callee: 'db.query', use: '`ctx`', line: '4', kind: 'context' },
        suggestions: [
          {
            messageId: 'awaitCallback',
            output: handler(
              '  await new Promise((resolve) => db.query("x", (err, rows) => { try {\n    if (err) return ctx.error("db", 500)\n    ctx.setJSON(rows)\n  } finally { resolve() } }))',
              { isAsync: true }
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler('  const t = setTimeout(() => warn(ctx), 9)\n  await work()\n  clearTimeout(t)', {
      isAsync: true,
    }),
    errors: [
      {
        messageId: 'timer',
        suggestions: [
          {
            messageId: 'finally',
            output: handler(
              '  const t = setTimeout(() => warn(ctx), 9)\n  try {\n    await work()\n  } finally {\n    clearTimeout(t)\n  }',
              { isAsync: true }
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler('  last = { ctx }', { extra: 'let last\n' }),
    errors: [
      {
        messageId: 'stored',
        line: 4,
        suggestions: [
          {
            messageId: 'copyObject',
            output: handler(
              '  const requestCopy = acquireRequest()\n  ctx.request.copyTo(requestCopy)\n  last = { ctx: requestCopy }',
              { extra: 'let last\n' }
            ).replace('{ serve }', '{ serve, acquireRequest }'),
          },
        ],
      },
    ],
  },
  {
    code: handler('  cache.set("x", ctx.postBody())'),
    errors: [
      {
        messageId: 'stored',
        data: { use: '`ctx.postBody()`', line: '3', callee: 'cache.set', kind: 'bytes' },
        suggestions: [
          {
            messageId: 'copyBytes',
            output: handler('  cache.set("x", Buffer.from(ctx.postBody()))'),
          },
        ],
      },
    ].map(({ data: _, ...error }) => error),
  },
  {
    code: handler('  const body = ctx.postBody()\n  worker.postMessage(body, [body.buffer])'),
    errors: [
      {
        messageId: 'transfer',
        suggestions: [
          {
            messageId: 'noTransfer',
            output: handler('  const body = ctx.postBody()\n  worker.postMessage(body)'),
          },
        ],
      },
    ],
  },
  {
    code: handler('  await Promise.race([fill(ctx), sleep(9)])', {
      isAsync: true,
      extra: 'async function fill(c) { c.setBody(await load()) }\n',
    }),
    errors: [
      {
        messageId: 'race',
        suggestions: [
          {
            messageId: 'awaitAll',
            output: handler('  await Promise.allSettled([fill(ctx), sleep(9)])', {
              isAsync: true,
              extra: 'async function fill(c) { c.setBody(await load()) }\n',
            }),
          },
        ],
      },
    ],
  },
  {
    code: handler('  bus.on("tick", () => log(ctx.id()))'),
    errors: [
      {
        messageId: 'listener',
        suggestions: [
          {
            messageId: 'hoist',
            output: handler('  const id = ctx.id()\nbus.on("tick", () => log(id))'),
          },
        ],
      },
    ],
  },
  {
    code: handler('  ctx.hijack((conn) => conn.write(ctx.host()))'),
    errors: [
      {
        messageId: 'hijack',
        suggestions: [
          {
            messageId: 'hoist',
            output: handler(
              '  const host = String(ctx.host())\nctx.hijack((conn) => conn.write(host))'
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler('  ctx.setBodyStreamWriter((w) => w.write(ctx.request.header.peek("a")))'),
    errors: [
      {
        messageId: 'bodyWriter',
        suggestions: [
          {
            messageId: 'hoist',
            output: handler(
              '  const peek = String(ctx.request.header.peek("a"))\nctx.setBodyStreamWriter((w) => w.write(peek))'
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler('  als.enterWith({ ctx })'),
    errors: [
      {
        messageId: 'als',
        suggestions: [
          {
            messageId: 'copyObject',
            output: handler(
              '  const requestCopy = acquireRequest()\n  ctx.request.copyTo(requestCopy)\n  als.enterWith({ ctx: requestCopy })'
            ).replace('{ serve }', '{ serve, acquireRequest }'),
          },
        ],
      },
    ],
  },
  {
    code: handler('  later(ctx)\n  ctx.setStatusCode(1)', {
      extra: 'function later(c) { setTimeout(() => c.notFound(), 1) }\n',
    }),
    errors: [
      {
        messageId: 'helper',
        line: 4,
        data: { use: '`c`', callee: 'later', line: '2', kind: 'context' },
      },
    ],
  },
  {
    code: handler('  next(ctx)', { extra: '' }).replace('(ctx) =>', '(ctx, next) =>'),
    errors: [
      {
        messageId: 'handler',
        suggestions: [
          {
            messageId: 'return',
            output: handler('  return next(ctx)').replace('(ctx) =>', '(ctx, next) =>'),
          },
        ],
      },
    ],
  },
  {
    code: handler('  jobs.keep(() => ctx.setStatusCode(200))'),
    options: { deferred: ['keep'] },
    errors: [
      {
        messageId: 'callback',
        suggestions: [
          {
            messageId: 'awaitCallback',
            output: handler(
              '  await new Promise((resolve) => jobs.keep(() => { ctx.setStatusCode(200); resolve() }))',
              { isAsync: true }
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler('  jobs.keep(() => ctx.setStatusCode(200))'),
    options: { unknownCallbacks: 'report' },
    errors: [
      {
        messageId: 'callback',
        suggestions: [
          {
            messageId: 'awaitCallback',
            output: handler(
              '  await new Promise((resolve) => jobs.keep(() => { ctx.setStatusCode(200); resolve() }))',
              { isAsync: true }
            ),
          },
        ],
      },
    ],
  },
  {
    code: handler('  last = ctx.path()', { extra: 'let last\n' }),
    options: { accessors: 'bytes' },
    errors: [
      {
        messageId: 'stored',
        suggestions: [
          {
            messageId: 'copyBytes',
            output: handler('  last = Buffer.from(ctx.path())', { extra: 'let last\n' }),
          },
        ],
      },
    ],
  },
  {
    code: handler('  last = ctx.path()', { extra: 'let last\n' }),
    settings: { fasthttp: { accessors: 'bytes' } },
    errors: [
      {
        messageId: 'stored',
        suggestions: [
          {
            messageId: 'copyBytes',
            output: handler('  last = Buffer.from(ctx.path())', { extra: 'let last\n' }),
          },
        ],
      },
    ],
  },
  {
    code: handler('  await Promise.all([a(ctx), b(ctx)])', {
      isAsync: true,
      extra:
        'const a = async (c) => { await x(); c.writeString("a") }\nconst b = async (c) => { await x(); c.writeString("b") }\n',
    }),
    options: { promiseAll: 'strict' },
    errors: [
      {
        messageId: 'race',
        suggestions: [
          {
            messageId: 'awaitAll',
            output: handler('  await Promise.allSettled([a(ctx), b(ctx)])', {
              isAsync: true,
              extra:
                'const a = async (c) => { await x(); c.writeString("a") }\nconst b = async (c) => { await x(); c.writeString("b") }\n',
            }),
          },
        ],
      },
    ],
  },
  {
    code: 'import { mount } from "app"\nmount("/", (c) => { setTimeout(() => use(c), 1) })\n',
    options: { handlers: [{ name: 'mount', package: 'app' }] },
    errors: [
      {
        messageId: 'timer',
        suggestions: [
          {
            messageId: 'awaitCallback',
            output:
              'import { mount } from "app"\nmount("/", async (c) => { await new Promise((resolve) => setTimeout(() => { use(c); resolve() }, 1)) })\n',
          },
        ],
      },
    ],
  },
  {
    ts: true,
    code: 'import type { AppCtx } from "./app.js"\nexport const h = (c: AppCtx): void => { setTimeout(() => use(c), 1) }\n',
    options: { ctxTypes: ['AppCtx'] },
    errors: [
      {
        messageId: 'timer',
        suggestions: [
          {
            messageId: 'awaitCallback',
            output:
              'import type { AppCtx } from "./app.js"\nexport const h = async (c: AppCtx): Promise<void> => { await new Promise<void>((resolve) => setTimeout(() => { use(c); resolve() }, 1)) }\n',
          },
        ],
      },
    ],
  },
]

/** What ends with the rest of the block: the code before and after the only suggestion. */
const ended: [name: string, before: string, after: string][] = [
  [
    'listener',
    '  bus.on("m", (m) => ctx.writeString(m))\n  await work()\n  done()',
    '  const listener2 = (m) => ctx.writeString(m)\n  bus.on("m", listener2)\n  try {\n    await work()\n    done()\n  } finally {\n    bus.off("m", listener2)\n  }',
  ],
  [
    'listener',
    '  const put = (m) => ctx.writeString(m)\n  bus.addEventListener("m", put)\n  await work()',
    '  const put = (m) => ctx.writeString(m)\n  bus.addEventListener("m", put)\n  try {\n    await work()\n  } finally {\n    bus.removeEventListener("m", put)\n  }',
  ],
  [
    'timer',
    '  setInterval(() => ctx.writeString("."), 9)\n  await work()',
    '  const interval = setInterval(() => ctx.writeString("."), 9)\n  try {\n    await work()\n  } finally {\n    clearInterval(interval)\n  }',
  ],
  [
    'timer',
    '  const t = setInterval(() => ctx.writeString("."), 9)\n  await work()',
    '  const t = setInterval(() => ctx.writeString("."), 9)\n  try {\n    await work()\n  } finally {\n    clearInterval(t)\n  }',
  ],
  [
    'stored',
    '  open.set(1, ctx.logger())\n  await work()',
    '  open.set(1, ctx.logger())\n  try {\n    await work()\n  } finally {\n    open.delete(1)\n  }',
  ],
]
for (const [messageId, before, after] of ended) {
  const wrap = (body: string): string =>
    handler(body, { isAsync: true, extra: 'const open = new Map()\n' })
  valid.push({ code: wrap(after) })
  invalid.push({
    code: wrap(before),
    errors: [{ messageId, suggestions: [{ messageId: 'finally', output: wrap(after) }] }],
  })
}

valid.push(
  { code: handler('  const at = errors.find((err) => err.path === ctx.path())\n  use(at)') },
  {
    code: handler(
      '  await new Promise((resolve) => {\n    s.on("data", (d) => ctx.write(d))\n    s.once("end", resolve)\n    setTimeout(reject, 9)\n  })',
      { isAsync: true }
    ),
  }
)

testRule('no-ctx-retention', { valid, invalid })
