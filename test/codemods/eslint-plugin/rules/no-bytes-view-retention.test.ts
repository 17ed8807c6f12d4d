import { handler, testRule } from '../helpers/rule-tester.js'

testRule('no-bytes-view-retention', {
  valid: [
    { code: handler('  cache.set("x", Buffer.from(ctx.postBody()))') },
    { code: handler('  size = ctx.postBody().length', { extra: 'let size\n' }) },
    // The context itself is the business of no-ctx-retention.
    { code: handler('  last = ctx', { extra: 'let last\n' }) },
    {
      code: handler('  await writeFile("x", ctx.postBody())', {
        isAsync: true,
        extra: "import { writeFile } from 'node:fs/promises'\n",
      }),
    },
    { code: handler('  worker.postMessage(ctx.postBody())') },
  ],
  invalid: [
    {
      code: handler('  const body = ctx.postBody()\n  setTimeout(() => parse(body), 10)'),
      errors: [
        {
          messageId: 'timer',
          line: 4,
          suggestions: [
            {
              messageId: 'copyBytes',
              output: handler(
                '  const body = Buffer.from(ctx.postBody())\n  setTimeout(() => parse(body), 10)'
              ),
            },
            {
              messageId: 'awaitCallback',
              output: handler(
                '  const body = ctx.postBody()\n  await new Promise((resolve) => setTimeout(() => { parse(body); resolve() }, 10))',
                { isAsync: true }
              ),
            },
          ],
        },
      ],
    },
    {
      code: handler('  chunks.push(ctx.request.body().subarray(2))', {
        extra: 'const chunks = []\n',
      }),
      errors: [
        {
          messageId: 'stored',
          suggestions: [
            {
              messageId: 'copyBytes',
              output: handler('  chunks.push(Buffer.from(ctx.request.body().subarray(2)))', {
                extra: 'const chunks = []\n',
              }),
            },
          ],
        },
      ],
    },
    {
      code: handler('  fetch("x", { method: "POST", body: ctx.postBody() })'),
      errors: [
        {
          messageId: 'floating',
          suggestions: [
            {
              messageId: 'copyBytes',
              output: handler(
                '  fetch("x", { method: "POST", body: Buffer.from(ctx.postBody()) })'
              ),
            },
            {
              messageId: 'return',
              output: handler('  return fetch("x", { method: "POST", body: ctx.postBody() })'),
            },
          ],
        },
      ],
    },
  ],
})
