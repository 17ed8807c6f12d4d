import { handler, testRule, type Invalid } from '../helpers/rule-tester.js'

const fixed = (before: string, after: string): Invalid => ({
  code: handler(`  ${before}`),
  output: handler(`  ${after}`),
  errors: [{ messageId: 'member' }],
})

const suggested = (before: string, after: string): Invalid => ({
  code: handler(`  ${before}`),
  errors: [
    { messageId: 'member', suggestions: [{ messageId: 'replace', output: handler(`  ${after}`) }] },
  ],
})

const reported = (code: string): Invalid => ({
  code: handler(`  ${code}`),
  errors: [{ messageId: 'member' }],
})

testRule('no-node-http-api', {
  valid: [
    { code: handler('  if (ctx.isGet()) ctx.setStatusCode(404)') },
    {
      code: handler(
        '  use(ctx.path(), ctx.method(), ctx.host(), ctx.params(), ctx.request, ctx.response)'
      ),
    },
    { code: 'app.get("/", (ctx) => { ctx.status = 1 })' },
    {
      code: 'import Koa from "koa"\nconst app = new Koa()\napp.use((ctx) => { ctx.status = 1; ctx.body = ctx.url })',
    },
    {
      code: 'import { adapt } from "fasthttp/adaptor"\nimport { Router } from "fasthttp/router"\nnew Router().get("/", adapt((req, res) => res.end()))',
    },
    { code: 'import { Router } from "fasthttp/router"\nnew Router().use((ctx, next) => next())' },
    { code: handler('  log(ctx.userValue("url"), ctx.toString(), ctx.constructor)') },
  ],
  invalid: [
    fixed('use(ctx.url)', 'use(ctx.requestURI())'),
    fixed('if (ctx.method === "GET") go()', 'if (ctx.method() === "GET") go()'),
    fixed('use(ctx.headers["x-id"])', 'use(ctx.request.header.peek("x-id"))'),
    fixed('use(ctx.headers.host)', "use(ctx.request.header.peek('host'))"),
    fixed('use(ctx.params.id)', "use(ctx.param('id'))"),
    fixed('ctx.statusCode = 404', 'ctx.setStatusCode(404)'),
    fixed('ctx.status(404)', 'ctx.setStatusCode(404)'),
    fixed('ctx.setHeader("a", b)', 'ctx.response.header.set("a", b)'),
    suggested('ctx.json({ a })', 'ctx.setJSON({ a })'),
    suggested('use(ctx.body)', 'use(ctx.postBody())'),
    suggested('use(ctx.query.page)', "use(ctx.queryArgs().peek('page'))"),
    suggested('ctx.end("x")', 'ctx.setBodyString("x")'),
    reported('ctx.on("data", add)'),
    reported('use(ctx.req)'),
    reported('use(ctx.headers)'),
    reported('ctx.end()'),
    {
      code: handler('  ctx.status(201).json({})'),
      errors: [
        { messageId: 'member', data: { text: 'ctx.status', use: 'ctx.setStatusCode(201)' } },
      ],
    },
    {
      code: 'import { Router } from "fasthttp/router"\nnew Router().get("/", (req, res) => res.end("x"))\n',
      errors: [
        {
          messageId: 'unwrapped',
          suggestions: [
            {
              messageId: 'wrap',
              output:
                'import { adapt } from \'fasthttp/adaptor\'\nimport { Router } from "fasthttp/router"\nnew Router().get("/", adapt((req, res) => res.end("x")))\n',
            },
          ],
        },
      ],
    },
    {
      code: 'const { Router } = require("fasthttp/router")\nconst r = new Router()\nr.use(log)\nfunction log(req, res, next) { res.setHeader("a", "b"); next() }\n',
      errors: [
        {
          messageId: 'unwrapped',
          line: 3,
          suggestions: [
            {
              messageId: 'wrap',
              output:
                'const { adapt } = require(\'fasthttp/adaptor\')\nconst { Router } = require("fasthttp/router")\nconst r = new Router()\nr.use(adapt(log))\nfunction log(req, res, next) { res.setHeader("a", "b"); next() }\n',
            },
          ],
        },
      ],
    },
  ],
})
