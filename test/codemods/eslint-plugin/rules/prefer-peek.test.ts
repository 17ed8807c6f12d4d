import { handler, testRule } from '../helpers/rule-tester.js'

testRule('prefer-peek', {
  valid: [
    { code: handler('  use(ctx.request.header.peek("x"))') },
    { code: handler('  use(ctx.request.header.toString())') },
    { code: handler('  ctx.queryArgs().visitAll((k, v) => { if (k === "a") a = v; else b = v })') },
    { code: handler('  use(Object.fromEntries(ctx.queryArgs().all()))') },
    { code: handler('  use(ctx.request.header.toString().split("\\r\\n").length)') },
    { code: handler('  use("a,b".split(","), String(ctx.path()).match(/x/))') },
    { code: 'use(Object.fromEntries(map).x, list.toString().match(/x/))' },
  ],
  invalid: [
    {
      code: handler('  use(ctx.request.header.toString().match(/X: (.*)/))'),
      errors: [{ messageId: 'peek', data: { of: 'ctx.request.header', key: 'key' } }],
    },
    {
      code: handler('  use(String(ctx.queryArgs()).includes("a="))'),
      errors: [{ messageId: 'peek' }],
    },
    {
      code: handler(
        '  const { header } = ctx.request\n  header.visitAll((k, v) => {\n    if (String(k).toLowerCase() === "x-id") id = v\n  })'
      ),
      errors: [
        {
          messageId: 'peek',
          suggestions: [
            {
              messageId: 'usePeek',
              output: handler('  const { header } = ctx.request\n  id = header.peek("x-id")'),
            },
          ],
        },
      ],
    },
    {
      code: handler('  ctx.queryArgs().visitAll((k, v) => { if ("a" === k) use(v) })'),
      errors: [{ messageId: 'peek' }],
    },
    {
      code: handler('  use(Object.fromEntries(ctx.request.header.all())["X-Id"])'),
      errors: [
        {
          messageId: 'peek',
          suggestions: [
            { messageId: 'usePeek', output: handler('  use(ctx.request.header.peek("X-Id"))') },
          ],
        },
      ],
    },
    {
      code: handler('  use(Object.fromEntries(ctx.queryArgs()).page)'),
      errors: [
        {
          messageId: 'peek',
          suggestions: [
            { messageId: 'usePeek', output: handler("  use(ctx.queryArgs().peek('page'))") },
          ],
        },
      ],
    },
  ],
})
