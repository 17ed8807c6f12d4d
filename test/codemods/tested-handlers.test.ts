import { afterAll, beforeAll, describe, test } from 'vitest'
import { createSandbox, type Sandbox } from './helpers/sandbox.js'
import { checkProject, type TestedProject } from './helpers/tested-project.js'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox()
})
afterAll(() => sandbox.remove())

const CASES: Record<string, TestedProject> = {
  'the module is the handler': {
    files: {
      'app.js': `const express = require('express')
const list = require('./routes/list')
const app = express()
app.get('/items/:id', list)
app.get('/again', require('./routes/list'))
module.exports = app
`,
      'routes/list.js': `module.exports = async (req, res) => {
  res.json({ id: req.params.id })
}
`,
    },
    test: `module.exports = () => call(require('../routes/list'), { params: { id: '1' } })`,
    requests: ['GET /items/7', 'GET /again'],
    native: 1,
    handlers: 1,
    expected: { 'app.js': ['list.native', "require('./routes/list').native"] },
  },
  'members of a module, with a helper both need': {
    files: {
      'app.js': `const express = require('express')
const users = require('./users')
const { login } = require('./users')
const app = express()
app.get('/users', users.list)
app.get('/login', login)
module.exports = app
`,
      'users.js': `function answer(res, value) {
  res.status(200).json({ value })
}
exports.list = (req, res) => {
  answer(res, req.query.q)
}
const login = (req, res) => answer(res, 'in')
exports.login = login
`,
    },
    test: `const users = require('../users')
module.exports = async () => [await call(users.list, { query: { q: 'a' } }), await call(users.login)]`,
    requests: ['GET /users?q=1', 'GET /login'],
    native: 3,
    handlers: 3,
    expected: {
      'app.js': ['users.nativeList', 'nativeLogin'],
      'users.js': ['nativeAnswer(ctx', 'exports.nativeLogin = nativeLogin'],
    },
  },
  'a factory that the test calls': {
    files: {
      'app.js': `const express = require('express')
const { allow } = require('./allow')
const app = express()
app.get('/', allow('a', 'b'), (req, res) => res.send('in'))
module.exports = app
`,
      'allow.js': `const allow = (...roles) => (req, res, next) => {
  if (!roles.includes(req.query.role)) return res.status(403).send('no')
  next()
}
module.exports = { allow }
`,
    },
    test: `const { allow } = require('../allow')
const guard = allow('x')
module.exports = async () => {
  let passed = 0
  return [await call(guard, { query: { role: 'y' } }, () => passed++), passed]
}`,
    requests: ['GET /?role=a', 'GET /?role=c'],
    native: 2,
    handlers: 2,
    expected: { 'app.js': ["nativeAllow('a', 'b')"], 'allow.js': ['{ allow, nativeAllow }'] },
  },
  'a test with an app of its own': {
    files: {
      'app.js': `const express = require('express')
const { notFound } = require('./errors')
const app = express()
app.use(notFound)
module.exports = app
`,
      'errors.js': `exports.notFound = (req, res) => res.status(404).send('nothing here')
`,
    },
    test: `const express = require('express')
const { notFound } = require('../errors')
const { exchange } = require('./exchange')
const app = express()
app.use(notFound)
module.exports = () => exchange(app)`,
    requests: ['GET /x'],
    native: 1,
    handlers: 1,
    expected: { 'app.js': ['app.use(nativeNotFound)'] },
  },
  'a controller object': {
    files: {
      'app.js': `const express = require('express')
const books = require('./books')
const app = express()
app.get('/books', books.list)
module.exports = app
`,
      'books.js': `const books = {
  all: ['a'],
  list(req, res) {
    res.json(books.all)
  },
}
module.exports = books
`,
    },
    test: `module.exports = () => call(require('../books').list)`,
    requests: ['GET /books'],
    native: 1,
    handlers: 1,
    expected: { 'app.js': ['books.nativeList'], 'books.js': ['nativeList(ctx)'] },
  },
  'a table that the application reads by a computed name stays': {
    files: {
      'app.js': `const http = require('http')
const { pages } = require('./pages')
module.exports = http.createServer((req, res) => {
  const page = pages[req.url]
  if (page) return page(req, res)
  res.statusCode = 404
  res.end()
})
`,
      'pages.js': `exports.pages = { home: home }
exports.home = home
function home(req, res) {
  res.end('home')
}
`,
    },
    test: `module.exports = () => call(require('../pages').home)`,
    requests: ['GET /'],
    native: 0,
    handlers: 2,
    reason: 'it is called from code that is not a handler',
  },
  'a wrapped handler stays': {
    files: {
      'app.js': `const express = require('express')
const { list } = require('./list')
const app = express()
app.get('/', list)
module.exports = app
`,
      'list.js': `const wrap = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next)
exports.list = wrap(async (req, res) => {
  res.json([1])
})
`,
    },
    test: `module.exports = () => call(require('../list').list, {}, () => {})`,
    requests: ['GET /'],
    native: 0,
    handlers: 2,
    reason: 'it is called from code that is not a handler',
  },
}

describe('handlers that tests call by hand', () => {
  test.each(Object.entries(CASES))('%s', (name, each) => checkProject(sandbox, name, each))
})
