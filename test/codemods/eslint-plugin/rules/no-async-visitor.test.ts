import { handler, testRule } from '../helpers/rule-tester.js'

testRule('no-async-visitor', {
  valid: [
    { code: handler('  ctx.request.header.visitAll((k, v) => ctx.writeString(k + v))') },
    { code: handler('  for (const [k] of ctx.queryArgs().all()) await use(k)', { isAsync: true }) },
    { code: 'tree.visitAll(async (node) => { await node })' },
    { code: handler('  const all = []\n  ctx.queryArgs().visitAll((k, v) => { all.push(v) })') },
    {
      code: handler('  ctx.queryArgs().visitAll((k, v) => { const own = []; own.push(v) })'),
      settings: { fasthttp: { accessors: 'bytes' } },
    },
    { code: handler('  ctx.queryArgs().visitAll(imported)') },
    {
      code: handler('  ctx.queryArgs().visitAll((k: string, v: string) => { seen.push(v) })'),
      settings: { fasthttp: { accessors: 'bytes' } },
      ts: true,
    },
  ],
  invalid: [
    {
      code: handler('  ctx.queryArgs().visitAll((k: Uint8Array, v: Buffer) => { seen.push(v) })'),
      errors: [
        {
          messageId: 'kept',
          data: { name: 'v', target: 'seen' },
          line: 3,
          suggestions: [
            {
              messageId: 'copyBytes',
              output: handler(
                '  ctx.queryArgs().visitAll((k: Uint8Array, v: Buffer) => { seen.push(Buffer.from(v)) })'
              ),
            },
          ],
        },
      ],
      ts: true,
    },
    {
      code: handler('  ctx.request.header.visitAll(async (k, v) => {\n    await save(k, v)\n  })'),
      errors: [
        {
          messageId: 'async',
          data: { callee: 'ctx.request.header.visitAll' },
          suggestions: [
            {
              messageId: 'forOf',
              output: handler(
                '  for (const [k, v] of ctx.request.header.all()) {\n    await save(k, v)\n  }',
                { isAsync: true }
              ),
            },
          ],
        },
      ],
    },
    {
      code: handler('  ctx.visitUserValues(save)', {
        extra: 'async function save(k, v) { await store(k, v) }\n',
      }),
      errors: [{ messageId: 'async', line: 4 }],
    },
    {
      code: handler(
        '  const all = []\n  ctx.queryArgs().visitAll((k, v) => { all.push(v); last = k })'
      ),
      settings: { fasthttp: { accessors: 'bytes' } },
      errors: [
        {
          messageId: 'kept',
          data: { name: 'v', target: 'all' },
          suggestions: [
            {
              messageId: 'copyBytes',
              output: handler(
                '  const all = []\n  ctx.queryArgs().visitAll((k, v) => { all.push(Buffer.from(v)); last = k })'
              ),
            },
          ],
        },
        {
          messageId: 'kept',
          data: { name: 'k', target: 'last' },
          suggestions: [
            {
              messageId: 'copyBytes',
              output: handler(
                '  const all = []\n  ctx.queryArgs().visitAll((k, v) => { all.push(v); last = Buffer.from(k) })'
              ),
            },
          ],
        },
      ],
    },
  ],
})
