import { afterAll, beforeAll, describe, test } from 'vitest'
import { createSandbox, type Sandbox } from './helpers/sandbox.js'
import { checkProject, type TestedProject } from './helpers/tested-project.js'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox()
})
afterAll(() => sandbox.remove())

const APP = `const express = require('express')
const app = express()
app.use(express.json())
app.get('/items/:id', (req, res) => res.json({ id: req.params.id, q: req.query.q }))
app.post('/items', (req, res) => res.status(201).json(req.body))
module.exports = app
`
/** Starts a server and asks it once. */
const ASK = `const ask = (server, path = '/items/7?q=a', options) => new Promise((resolve, reject) => {
  server.on('error', reject)
  server.listen(0, async () => {
    const answer = await fetch('http://127.0.0.1:' + server.address().port + path, options)
    resolve([answer.status, await answer.text()])
    server.close()
  })
})
const http = require('http')
`
const REQUESTS = ['GET /items/7?q=a', 'POST /items {"a":1}', 'GET /nowhere', 'HEAD /items/1']
const CALLABLE = { 'app.js': ['new CallableApp()', "require('fasthttp/adaptor')"] }

function served(test: string, extra: Partial<TestedProject> = {}): TestedProject {
  const files = { 'app.js': APP }
  const expected = CALLABLE
  return { files, test: ASK + test, requests: REQUESTS, native: 2, handlers: 2, expected, ...extra }
}

const CASES: Record<string, TestedProject> = {
  'http.createServer': served(`module.exports = () => ask(http.createServer(require('../app')))`),
  'http.createServer with options': served(
    `module.exports = () => ask(http.createServer({ keepAlive: true }, require('../app')))`
  ),
  'new http.Server': served(`const app = require('../app')
module.exports = () => ask(new http.Server(app))`),
  'a named import of createServer, and a variable': served(`const { createServer } = require('http')
const app = require('../app')
let server
module.exports = () => {
  server = createServer(app)
  return ask(server)
}`),
  'https.createServer': served(`const https = require('https')
module.exports = () => {
  const server = https.createServer({}, require('../app'))
  const found = typeof server.listeners('request')[0]
  return found
}`),
  'a listener of a server': served(`const server = http.createServer()
server.on('request', require('../app'))
module.exports = () => ask(server)`),
  'a function of the test that makes the server':
    served(`const serve = (app) => ask(http.createServer(app))
module.exports = () => serve(require('../app'))`),
  'a call by hand': served(`const app = require('../app')
module.exports = () => ask(http.createServer((req, res) => app(req, res)))`),
  'supertest takes what listens': served(
    `const request = require('supertest')
module.exports = async () => (await request(require('../app')).get('/items/1')).body`,
    { expected: { 'app.js': ['new App()'] } }
  ),
  'an agent of supertest': served(
    `const request = require('supertest')
module.exports = async () => (await request.agent(require('../app')).get('/items/1')).body`,
    { expected: { 'app.js': ['new App()'] } }
  ),
  'supertest on a server of the test': served(`const request = require('supertest')
module.exports = async () =>
  (await request(http.createServer(require('../app'))).post('/items').send({ b: 1 })).body`),
  'what the app is': served(
    `const app = require('../app')
module.exports = () => [typeof app, typeof app.call]`,
    {
      expected: {},
    }
  ),
  'a test that looks at the app only': served(
    `const expect = (value) => ({ toBeDefined: () => value !== undefined })
module.exports = () => expect(require('../app')).toBeDefined()`,
    { expected: { 'app.js': ['new App()'] } }
  ),
  'the program has a server of its own, the test another': served(
    `module.exports = () => ask(http.createServer(require('../app')))`,
    {
      files: {
        'app.js': APP,
        'server.js': `const http = require('http')
const app = require('./app')
const server = http.createServer(app)
server.listen(process.env.PORT)
`,
      },
      expected: { ...CALLABLE, 'server.js': ['new Server({ handler: app.handler })'] },
    }
  ),
  'types of a server that tests expect': served(`module.exports = () => {}`, {
    files: {
      'app.js': APP,
      'server.ts': `import { createServer, Server } from 'http'
import express from 'express'
const app = express()
const server: Server = createServer(app)
export { server }
`,
    },
    test: `const { createServer } = require('http')
module.exports = () => createServer(require('../app')).listening`,
    expected: {
      ...CALLABLE,
      'server.ts': ["import { Server } from 'fasthttp'", 'const server: Server = new Server('],
    },
  }),
  'the program attaches the app to a server': served(
    `module.exports = () => ask(require('../server'))`,
    {
      files: {
        'app.js': APP,
        'server.js': `const http = require('http')
const app = require('./app')
const server = http.createServer()
server.on('request', app)
module.exports = server
`,
      },
    }
  ),
  'the program calls the app in a listener': served(
    `module.exports = () => ask(require('../server'))`,
    {
      files: {
        'app.js': APP,
        'server.js': `const http = require('http')
const app = require('./app')
module.exports = http.createServer((req, res) => {
  if (req.url === '/health') return res.end('ok')
  app(req, res)
})
`,
      },
      handlers: 3,
    }
  ),
  'middleware of packages in front of the app': served(
    `module.exports = async () => ask(http.createServer(require('../app')), '/items/3')`,
    {
      files: {
        'app.js': APP.replace(
          'app.use(express.json())',
          `app.use(require('cors')())
app.use(require('cookie-session')({ keys: ['a'] }))
app.use(express.json())`
        ),
      },
    }
  ),
  'a test that mounts the app in another keeps it': served(
    `const express = require('express')
module.exports = () => ask(http.createServer(express().use('/api', require('../app'))), '/api/items/3')`,
    {
      expected: { 'app.js': ['express()'] },
      native: 0,
      reason:
        'its app stays: it is mounted by an app that stays: it is created in a file that is not migrated',
    }
  ),
}

describe('apps that are called as functions', () => {
  test.each(Object.entries(CASES))('%s', (name, each) => checkProject(sandbox, name, each))
})
