import { handler, testRule } from '../helpers/rule-tester.js'

const copied = (before: string, after: string, name = 'acquireRequest'): any => ({
  code: handler(before),
  errors: [
    {
      messageId: 'copied',
      suggestions: [
        {
          messageId: 'copyObject',
          output: handler(after).replace('{ serve }', `{ serve, ${name} }`),
        },
      ],
    },
  ],
})

testRule('no-ctx-copy', {
  valid: [
    { code: handler('  render({ ...ctx.userValue("x"), path: ctx.path() })') },
    { code: handler('  render(structuredClone(ctx.postBody()))') },
    { code: handler('  Object.assign(ctx.userValue("x"), { a: 1 })') },
    { code: handler('  let a = ctx.request\n  a = {}\n  render({ ...a })') },
    { code: 'export const f = (ctx) => ({ ...ctx })' },
    { code: handler('  render(JSON.parse("{}"), Array.from(ctx.queryArgs().all()))') },
  ],
  invalid: [
    copied(
      '  render({ ...ctx })',
      '  const requestCopy = acquireRequest()\n  ctx.request.copyTo(requestCopy)\n  render(requestCopy)'
    ),
    copied(
      '  const { response } = ctx\n  render(structuredClone(response))',
      '  const { response } = ctx\n  const responseCopy = acquireResponse()\n  response.copyTo(responseCopy)\n  render(responseCopy)',
      'acquireResponse'
    ),
    copied(
      '  const args = Object.assign({}, ctx.queryArgs())',
      '  const argsCopy = acquireArgs()\n  ctx.queryArgs().copyTo(argsCopy)\n  const args = argsCopy',
      'acquireArgs'
    ),
    copied(
      '  const r = JSON.parse(JSON.stringify(ctx.request))',
      '  const requestCopy = acquireRequest()\n  ctx.request.copyTo(requestCopy)\n  const r = requestCopy'
    ),
    {
      code: handler('  render({ ...ctx.request.header })'),
      errors: [
        {
          messageId: 'copied',
          suggestions: [
            {
              messageId: 'copyObject',
              output: handler(
                '  const headerCopy = new RequestHeader()\n  ctx.request.header.copyTo(headerCopy)\n  render(headerCopy)'
              ).replace('{ serve }', '{ serve, RequestHeader }'),
            },
          ],
        },
      ],
    },
    {
      code: handler('  render(_.cloneDeep(c))').replace('(ctx) =>', '({ request: c }) =>'),
      errors: [
        {
          messageId: 'copied',
          suggestions: [
            {
              messageId: 'copyObject',
              output: handler(
                '  const requestCopy = acquireRequest()\n  c.copyTo(requestCopy)\n  render(requestCopy)'
              )
                .replace('(ctx) =>', '({ request: c }) =>')
                .replace('{ serve }', '{ serve, acquireRequest }'),
            },
          ],
        },
      ],
    },
  ],
})
