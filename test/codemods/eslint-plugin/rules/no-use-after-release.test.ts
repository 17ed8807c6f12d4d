import { testRule } from '../helpers/rule-tester.js'

const IMPORT =
  "import { acquireRequest, acquireResponse, releaseRequest, releaseResponse } from 'fasthttp'\n"
const fn = (body: string): string =>
  `${IMPORT}export async function f(client, cond) {\n  const req = acquireRequest()\n  const res = acquireResponse()\n${body}\n}\n`

testRule('no-use-after-release', {
  valid: [
    { code: fn('  await client.do(req, res)\n  releaseRequest(req)\n  return String(res.body())') },
    {
      code: fn(
        '  try { await client.do(req, res); return Buffer.from(res.body()) } finally { releaseResponse(res) }'
      ),
    },
    {
      code: fn('  if (cond) { releaseRequest(req); return }\n  req.reset()\n  releaseRequest(req)'),
    },
    { code: fn('  await client.do(req, res)\n  await client.do(req, res)\n  releaseRequest(req)') },
    {
      code: fn(
        '  return client.do(req, res).finally(() => { releaseRequest(req); releaseResponse(res) })'
      ),
    },
    { code: fn('  const n = res.statusCode()\n  releaseResponse(res)\n  return n') },
    {
      code: fn(
        '  for (const x of cond) { const r = acquireRequest(); await client.do(r, res); releaseRequest(r) }'
      ),
    },
    {
      code: fn(
        '  switch (cond) { case 1: releaseRequest(req); break; default: releaseRequest(req) }'
      ),
    },
    { code: fn('  const p = client.do(req, res)\n  await p\n  releaseRequest(req)') },
    {
      code: "import { releaseRequest } from './pool.js'\nexport function f(req) { releaseRequest(req); req.reset() }",
    },
    { code: fn('  try { await client.do(req, res) } catch (e) { log(e) }\n  releaseRequest(req)') },
    { code: 'export const nothing = 1' },
  ],
  invalid: [
    {
      code: fn('  await client.do(req, res)\n  releaseResponse(res)\n  return String(res.body())'),
      errors: [
        {
          messageId: 'used',
          line: 7,
          suggestions: [
            {
              messageId: 'readBefore',
              output: fn(
                '  await client.do(req, res)\n  const result = String(res.body())\n  releaseResponse(res)\n  return result'
              ),
            },
          ],
        },
      ],
    },
    {
      // Two releases of one object after its use: one mistake.
      code: fn('  if (cond) releaseRequest(req)\n  use(req.header)\n  releaseRequest(req)'),
      errors: [{ messageId: 'used', line: 6 }],
    },
    {
      code: fn('  releaseRequest(req)\n  req.reset()'),
      errors: [{ messageId: 'used', data: { name: 'req', line: '5' }, line: 6 }],
    },
    {
      code: fn('  if (cond) releaseRequest(req)\n  req.reset()'),
      errors: [{ messageId: 'used', line: 6 }],
    },
    {
      code: fn('  const b = res.body()\n  releaseResponse(res)\n  return b.length'),
      errors: [
        {
          messageId: 'usedView',
          line: 7,
          suggestions: [
            {
              messageId: 'copyBytes',
              output: fn(
                '  const b = Buffer.from(res.body())\n  releaseResponse(res)\n  return b.length'
              ),
            },
          ],
        },
      ],
    },
    {
      code: fn('  try {\n    return res.body()\n  } finally {\n    releaseResponse(res)\n  }'),
      errors: [
        {
          messageId: 'returnedView',
          line: 6,
          suggestions: [
            {
              messageId: 'copyBytes',
              output: fn(
                '  try {\n    return Buffer.from(res.body())\n  } finally {\n    releaseResponse(res)\n  }'
              ),
            },
          ],
        },
      ],
    },
    {
      code: fn(
        '  try {\n    return { body: res.body() }\n  } finally {\n    releaseResponse(res)\n  }'
      ),
      errors: [{ messageId: 'returnedView', line: 6 }],
    },
    {
      code: fn('  releaseRequest(req)\n  cond ? log() : log(1)\n  releaseRequest(req)'),
      errors: [{ messageId: 'double', line: 7 }],
    },
    {
      code: fn('  client.do(req, res)\n  releaseRequest(req)'),
      errors: [
        {
          messageId: 'pending',
          line: 5,
          suggestions: [
            {
              messageId: 'await',
              output: fn('  await client.do(req, res)\n  releaseRequest(req)'),
            },
          ],
        },
      ],
    },
    {
      code: fn(
        '  try {\n    return client.do(req, res)\n  } finally {\n    releaseRequest(req)\n  }'
      ),
      errors: [
        {
          messageId: 'pending',
          line: 6,
          suggestions: [
            {
              messageId: 'await',
              output: fn(
                '  try {\n    return await client.do(req, res)\n  } finally {\n    releaseRequest(req)\n  }'
              ),
            },
          ],
        },
      ],
    },
    {
      code: fn('  setTimeout(() => log(res.statusCode()), 10)\n  releaseResponse(res)'),
      errors: [{ messageId: 'pending', line: 5 }],
    },
    {
      code: fn(
        '  await Promise.all([client.do(req, res), client.doTimeout(req, cond, 5)])'.concat(
          '\n  releaseRequest(req)'
        )
      ),
      errors: [{ messageId: 'concurrent', line: 5 }],
    },
    {
      code: fn('  while (cond()) {\n    releaseRequest(req)\n  }'),
      errors: [{ messageId: 'double', line: 6 }],
    },
  ],
})
