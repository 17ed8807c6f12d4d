import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  acquireArgs,
  acquireCookie,
  acquireRequest,
  acquireResponse,
  acquireURI,
  releaseArgs,
  releaseCookie,
  releaseRequest,
  releaseResponse,
  releaseURI,
  type RetentionError,
} from '../../../src/index.js'
import { guardReleases } from '../../../src/server/retention/releases.js'

const reports: RetentionError[] = []
beforeAll(() => guardReleases((err) => void reports.push(err)))
afterEach(() => void reports.splice(0))
const members = (): string[] => reports.map((err) => err.member)

describe('after its release', () => {
  test.each<[string, () => void, string]>([
    [
      'a request',
      () => {
        const request = acquireRequest()
        releaseRequest(request)
        request.setRequestURI('/')
      },
      'Request.setRequestURI',
    ],
    [
      'a response',
      () => {
        const response = acquireResponse()
        releaseResponse(response)
        response.statusCode()
      },
      'Response.statusCode',
    ],
    [
      'the header of a response',
      () => {
        const { header } = acquireResponseAndRelease()
        header.peek('X')
      },
      'Response.header.peek',
    ],
    [
      'arguments',
      () => {
        const args = acquireArgs()
        releaseArgs(args)
        args.has('a')
      },
      'Args.has',
    ],
    [
      'a URI',
      () => {
        const uri = acquireURI()
        releaseURI(uri)
        uri.path()
      },
      'URI.path',
    ],
    [
      'a cookie',
      () => {
        const cookie = acquireCookie()
        releaseCookie(cookie)
        cookie.key()
      },
      'Cookie.key',
    ],
    [
      'a second release',
      () => {
        const args = acquireArgs()
        releaseArgs(args)
        releaseArgs(args)
      },
      'releaseArgs',
    ],
  ])('%s is reported', (_, use, member) => {
    use()
    expect(members()).toContain(member)
    expect(reports[0]).toMatchObject({ code: 'FH_ERR_CTX_RELEASED', request: undefined })
    expect(reports[0]!.message).toMatch(/: [\w.]+ of an object that was released \d+ ms before/)
  })

  function acquireResponseAndRelease(): ReturnType<typeof acquireResponse> {
    const response = acquireResponse()
    releaseResponse(response)
    return response
  }
})

test('what is used before its release and not after is silent', () => {
  const request = acquireRequest()
  request.setRequestURI('http://localhost/a?b=c')
  request.setBody('text')
  request.header.set('X', 'y')
  const copy = acquireRequest()
  request.copyTo(copy)
  expect(copy.body()).toBe('text')
  expect(copy.header.peek('X')).toBe('y')
  releaseRequest(request)
  releaseRequest(copy)
  expect(members()).toEqual([])
})

test('views are taken away, copies and text stay', () => {
  const response = acquireResponse()
  response.setBody('hello')
  const view = response.bodyBytes()
  const copy = Buffer.from(response.bodyBytes())
  const text = response.body()
  expect(view.toString()).toBe('hello')
  releaseResponse(response)
  expect(view.byteLength).toBe(0)
  expect(copy.toString()).toBe('hello')
  expect(text).toBe('hello')
  expect(members()).toEqual([])
})

test('an acquired object is never one that was released', () => {
  const first = acquireArgs()
  releaseArgs(first)
  expect(acquireArgs()).not.toBe(first)
})
