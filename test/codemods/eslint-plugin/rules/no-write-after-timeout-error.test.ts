import { handler, testRule } from '../helpers/rule-tester.js'

testRule('no-write-after-timeout-error', {
  valid: [
    { code: handler('  ctx.setStatusCode(503)\n  ctx.timeoutError("x")') },
    { code: handler('  if (busy) ctx.timeoutError("x")\n  else ctx.setStatusCode(200)') },
    { code: handler('  if (busy) ctx.timeoutError("x")\n  if (!busy) ctx.setStatusCode(200)') },
    { code: handler('  if (busy) ctx.timeoutError("x")\n  busy || ctx.setStatusCode(200)') },
    { code: handler('  if (busy) ctx.timeoutError("x")\n  busy ? log() : ctx.setStatusCode(200)') },
    {
      code: handler(
        '  const rows = await find().catch(() => ctx.timeoutError("x"))\n  if (rows) ctx.setJSON(rows)',
        { isAsync: true }
      ),
    },
    {
      code: handler(
        '  try { await find() } catch { ctx.timeoutError("x") } finally { ctx.response.header.set("a", "b") }',
        { isAsync: true }
      ),
    },
    { code: handler('  ctx.timeoutError("x")\n  log(ctx.path())\n  ctx.setUserValue("a", 1)') },
    { code: handler('  ctx.timeoutError("x")\n  ctx.request.header.set("a", "b")') },
    { code: handler('  if (busy) { ctx.timeoutError("x"); return }\n  ctx.setStatusCode(200)') },
  ],
  invalid: [
    {
      code: handler('  ctx.timeoutError("x")\n  ctx.setStatusCode(503)'),
      errors: [
        {
          messageId: 'ignored',
          data: { callee: 'ctx.setStatusCode' },
          line: 4,
          suggestions: [{ messageId: 'remove', output: handler('  ctx.timeoutError("x")\n  ') }],
        },
      ],
    },
    {
      code: handler('  giveUp(ctx)\n  ctx.response.header.set("a", "b")', {
        extra: 'function giveUp(c) { c.timeoutErrorWithCode("x", 503) }\n',
      }),
      errors: [
        {
          messageId: 'ignored',
          line: 5,
          suggestions: [
            {
              messageId: 'remove',
              output: handler('  giveUp(ctx)\n  ', {
                extra: 'function giveUp(c) { c.timeoutErrorWithCode("x", 503) }\n',
              }),
            },
          ],
        },
      ],
    },
    {
      code: handler(
        '  if (a) ctx.timeoutError("x")\n  else ctx.timeoutErrorWithResponse(r)\n  return ctx.response.setBody("x")'
      ),
      errors: [{ messageId: 'ignored', line: 5 }],
    },
    {
      code: handler(
        '  if (busy) ctx.timeoutError("x")\n  ctx.setStatusCode(200)\n  ctx.setBody("")'
      ),
      errors: [
        {
          messageId: 'goesOn',
          data: { callee: 'ctx.setStatusCode', by: 'ctx.timeoutError', line: '3' },
          line: 4,
          suggestions: [
            {
              messageId: 'leave',
              output: handler(
                '  if (busy) { ctx.timeoutError("x"); return }\n  ctx.setStatusCode(200)\n  ctx.setBody("")'
              ),
            },
          ],
        },
      ],
    },
    {
      code: handler(
        '  try { await find() } catch { ctx.timeoutError("x"); }\n  ctx.setStatusCode(200)',
        { isAsync: true }
      ),
      errors: [
        {
          messageId: 'goesOn',
          line: 4,
          suggestions: [
            {
              messageId: 'leave',
              output: handler(
                '  try { await find() } catch { ctx.timeoutError("x"); return; }\n  ctx.setStatusCode(200)',
                { isAsync: true }
              ),
            },
          ],
        },
      ],
    },
    {
      code: handler('  if (busy) giveUp(ctx)\n  ctx.setBody("a")', {
        extra: 'function giveUp(c) { c.timeoutErrorWithCode("x", 503) }\n',
      }),
      errors: [
        {
          messageId: 'goesOn',
          data: { callee: 'ctx.setBody', by: 'giveUp', line: '4' },
          suggestions: [
            {
              messageId: 'leave',
              output: handler('  if (busy) { giveUp(ctx); return }\n  ctx.setBody("a")', {
                extra: 'function giveUp(c) { c.timeoutErrorWithCode("x", 503) }\n',
              }),
            },
          ],
        },
      ],
    },
  ],
})
