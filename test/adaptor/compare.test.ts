import http from 'node:http'
import { describe, expect, test } from 'vitest'
import { createServer } from '../../adaptor/index.js'
import { abortCases } from './cases/aborts.js'
import { connectionCases } from './cases/connection.js'
import { conversationCases } from './cases/conversations.js'
import { headFormCases } from './cases/head-forms.js'
import { requestCases } from './cases/request.js'
import { responseBodyCases } from './cases/response-body.js'
import { responseErrorCases } from './cases/response-errors.js'
import { responseHeadCases } from './cases/response-head.js'
import { responseStreamCases } from './cases/response-stream.js'
import { run } from './helpers/compare.js'

describe.each([
  ['response head', responseHeadCases],
  ['response body', responseBodyCases],
  ['errors', responseErrorCases],
  ['request', requestCases],
  ['connection', connectionCases],
  ['forms of the head', headFormCases],
  ['response stream', responseStreamCases],
  ['aborts', abortCases],
  ['conversations', conversationCases],
])('%s, as on node:http', (_group, cases) => {
  describe.each([
    ['observed', true],
    ['unobserved', false],
  ])('%s', (_mode, observe) => {
    test.each(cases)('$name', async (one) => {
      const [expected, actual] = await Promise.all([
        run(http.createServer, one, observe),
        run(createServer, one, observe),
      ])
      expect(actual).toEqual(expected)
    })
  })
})
