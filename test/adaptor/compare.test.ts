import http from 'node:http'
import { describe, expect, test } from 'vitest'
import { createServer } from '../../adaptor/index.js'
import { abortCases } from './cases/aborts.js'
import { connectionCases } from './cases/connection.js'
import { conversationCases } from './cases/conversations.js'
import { endingCases } from './cases/endings.js'
import { headFormCases } from './cases/head-forms.js'
import { requestCases } from './cases/request.js'
import { responseBodyCases } from './cases/response-body.js'
import { responseErrorCases } from './cases/response-errors.js'
import { responseHeadCases } from './cases/response-head.js'
import { responseStreamCases } from './cases/response-stream.js'
import { socketCases } from './cases/sockets.js'
import { stateCases } from './cases/states.js'
import { adapted } from './helpers/adapted.js'
import { run, type Case, type CreateServer } from './helpers/compare.js'

const groups: [group: string, cases: readonly Case[]][] = [
  ['response head', responseHeadCases],
  ['response body', responseBodyCases],
  ['errors', responseErrorCases],
  ['request', requestCases],
  ['connection', connectionCases],
  ['forms of the head', headFormCases],
  ['response stream', responseStreamCases],
  ['aborts', abortCases],
  ['conversations', conversationCases],
  ['endings', endingCases],
  ['sockets', socketCases],
  ['states', stateCases],
]

describe.each(groups)('%s, as on node:http', (_group, cases) => {
  describe.each<[mode: string, CreateServer, observe: boolean, cases: readonly Case[]]>([
    ['observed', createServer, true, cases],
    ['unobserved', createServer, false, cases],
    ['through adapt', adapted, true, cases.filter((one) => one.ofServer !== true)],
  ])('%s', (_mode, create, observe, those) => {
    test.each(those)('$name', async (one) => {
      const [expected, actual] = await Promise.all([
        run(http.createServer, one, observe),
        run(create, one, observe),
      ])
      expect(actual).toEqual(expected)
    })
  })
})
