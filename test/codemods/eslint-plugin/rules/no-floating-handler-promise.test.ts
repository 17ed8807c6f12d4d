import { handler, testRule } from '../helpers/rule-tester.js'

const wrap = (body: string): string =>
  `import { serve } from 'fasthttp'\nconst wrap = (next) => (ctx) => {\n${body}\n}\nserve(listener, wrap(inner))\n`

testRule('no-floating-handler-promise', {
  valid: [
    { code: wrap('  return next(ctx)') },
    { code: wrap('  return als.run({ id: ctx.id() }, () => next(ctx))') },
    {
      code: handler('  sync(ctx)\n  ctx.setStatusCode(1)', {
        extra: 'const sync = (c) => c.setBodyString("x")\n',
      }),
    },
    // Seen to be synchronous: a handler of the file.
    {
      code: handler('  first(ctx)\n  ctx.setStatusCode(1)', {
        extra: 'function first(c) { c.setContentType("text/html") }\n',
      }),
    },
    { code: wrap('  log(ctx)\n  return next(ctx)') },
    { code: handler('  save(String(ctx.path()))') },
    // Nothing catches there, and this one catches for itself.
    { code: wrap('  try {\n    return next(ctx)\n  } finally {\n    count()\n  }') },
    {
      code: wrap(
        '  try {\n    return next(ctx).catch(answer)\n  } catch {\n    ctx.error("x", 500)\n  }'
      ),
    },
    {
      code: wrap('  try {\n    check()\n  } catch {\n    return next(ctx)\n  }'),
    },
    {
      ts: true,
      code: 'import type { Middleware } from "fasthttp/router"\nexport const m: Middleware = async (ctx, next) => { await next(); ctx.setStatusCode(1) }\n',
    },
  ],
  invalid: [
    {
      code: wrap('  next(ctx)'),
      errors: [
        {
          messageId: 'handler',
          data: { callee: 'next', use: '`ctx`', line: '3', kind: 'context' },
          suggestions: [{ messageId: 'return', output: wrap('  return next(ctx)') }],
        },
      ],
    },
    {
      code: wrap('  handlers.forEach((h) => h(ctx))'),
      errors: [
        {
          messageId: 'handler',
          suggestions: [
            {
              messageId: 'forOf',
              output: wrap('  for (const h of handlers) {\n  await h(ctx)\n}').replace(
                '(next) => (ctx)',
                '(next) => async (ctx)'
              ),
            },
          ],
        },
      ],
    },
    {
      code: wrap('  try {\n    next(ctx)\n  } catch {\n    ctx.error("x", 500)\n  }'),
      errors: [
        {
          messageId: 'handler',
          line: 4,
          suggestions: [
            {
              messageId: 'await',
              output: wrap(
                '  try {\n    await next(ctx)\n  } catch {\n    ctx.error("x", 500)\n  }'
              ).replace('(next) => (ctx)', '(next) => async (ctx)'),
            },
          ],
        },
      ],
    },
    {
      code: wrap(
        '  try {\n    return ok ? next(ctx) : undefined\n  } catch {\n    ctx.error("x", 500)\n  }'
      ),
      errors: [
        {
          messageId: 'uncaught',
          data: { callee: 'next', use: '`ctx`', line: '4', kind: 'context' },
          suggestions: [
            {
              messageId: 'await',
              output: wrap(
                '  try {\n    return ok ? await next(ctx) : undefined\n  } catch {\n    ctx.error("x", 500)\n  }'
              ).replace('(next) => (ctx)', '(next) => async (ctx)'),
            },
          ],
        },
      ],
    },
    {
      ts: true,
      code: 'import type { RequestCtx } from "fasthttp"\nexport class A extends B {\n  serve(ctx: RequestCtx): void {\n    super.serve(ctx)\n    log()\n  }\n}\n',
      errors: [
        {
          messageId: 'handler',
          suggestions: [
            {
              messageId: 'await',
              output:
                'import type { RequestCtx } from "fasthttp"\nexport class A extends B {\n  async serve(ctx: RequestCtx): Promise<void> {\n    await super.serve(ctx)\n    log()\n  }\n}\n',
            },
          ],
        },
      ],
    },
  ],
})
