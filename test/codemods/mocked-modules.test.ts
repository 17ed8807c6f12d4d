import { afterAll, beforeAll, describe, test } from 'vitest'
import { createSandbox, type Sandbox } from './helpers/sandbox.js'
import { checkProject, type TestedProject } from './helpers/tested-project.js'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox()
})
afterAll(() => sandbox.remove())

/** What test runners do, by hand: the module registry of node is where they put their mocks. */
const TOOLS = `const { exchange } = require('./exchange')
const Module = require('module')
const fs = require('fs')
const put = (file, exports) => (require.cache[file] = Object.assign(new Module(file), { loaded: true, exports }))
const jest = {
  mock: (name, make) => put(require.resolve(name), make()),
  spyOn: (object, name) => ({ mockImplementation: (fn) => (object[name] = fn) }),
}
const vi = jest
const sinon = { stub: (object, name) => ({ callsFake: (fn) => (object[name] = fn) }) }
const proxyquire = (name, stubs) => {
  const file = require.resolve(name)
  const load = Module.createRequire(file)
  for (const each of Object.keys(stubs)) put(load.resolve(each), stubs[each])
  return require(name)
}
const rewire = (name) => {
  const file = require.resolve(name)
  const made = new Module(file)
  made.paths = module.paths
  made.filename = file
  made._compile(fs.readFileSync(file, 'utf8').replaceAll('const ', 'let ') + '\\nmodule.exports.__set__ = (name, __value) => eval(name + " = __value")', file)
  return made.exports
}
const let_in = (req, res, next) => { res.setHeader('X-Fake', '1'); next() }
`
const FILES = {
  'app.js': `const express = require('express')
const auth = require('./auth')
const users = require('./users')
const app = express()
app.use(auth.verify)
app.get('/users', users.list)
module.exports = app
`,
  'auth.js': `exports.verify = (req, res, next) => {
  if (!req.headers.authorization) return res.status(401).send('no')
  next()
}
`,
  'users.js': `const service = require('./service')
exports.list = (req, res) => {
  res.json(service.all())
}
`,
  'service.js': `exports.all = () => ['a']
`,
}
const REASON = 'a test puts another in its place'

function mocked(test: string, extra: Partial<TestedProject> = {}): TestedProject {
  const all = { files: FILES, requests: ['GET /users'], native: 1, handlers: 2, reason: REASON }
  return { ...all, test: TOOLS + test, ...extra }
}

const CASES: Record<string, TestedProject> = {
  'jest.mock of middleware': mocked(`jest.mock('../auth', () => ({ verify: let_in }))
module.exports = () => exchange(require('../app'))`),
  'vi.mock of a handler, which the test does not call': mocked(
    `vi.mock('../users', () => ({ list: (req, res) => res.send('mocked') }))
jest.mock('../auth', () => ({ verify: let_in }))
module.exports = () => exchange(require('../app'))`,
    { native: 0 }
  ),
  'sinon.stub of a member': mocked(`sinon.stub(require('../auth'), 'verify').callsFake(let_in)
module.exports = () => exchange(require('../app'))`),
  'a spy that is found through a variable': mocked(`let auth
auth = require('../auth')
jest.spyOn(auth, 'verify').mockImplementation(let_in)
module.exports = () => exchange(require('../app'))`),
  'an assignment': mocked(`const auth = require('../auth')
auth.verify = let_in
module.exports = () => exchange(require('../app'))`),
  'an assignment to what is the own of the test': mocked(
    `class Factory { constructor() { this.app = require('../app'); this.list = require('../users').list } }
const own = {}
own.verify = require('../auth').verify
module.exports = () => exchange(new Factory().app)`,
    { native: 2 }
  ),
  proxyquire: mocked(`const app = proxyquire('../app', { './auth': { verify: let_in } })
module.exports = () => exchange(app)`),
  rewire: mocked(
    `const app = rewire('../app')
app.__set__('auth', { verify: let_in })
module.exports = () => exchange(app)`,
    { native: 0 }
  ),
  'a whole module that is the middleware': mocked(
    `jest.mock('../auth', () => let_in)
module.exports = () => exchange(require('../app'))`,
    {
      files: {
        ...FILES,
        'app.js': FILES['app.js'].replace('auth.verify', 'auth'),
        'auth.js': FILES['auth.js'].replace('exports.verify', 'module.exports'),
      },
    }
  ),
  'a barrel that offers what others define': mocked(
    `jest.mock('../middleware', () => ({ verify: let_in }))
module.exports = () => exchange(require('../app'))`,
    {
      files: {
        ...FILES,
        'app.js': FILES['app.js'].replace("'./auth'", "'./middleware'"),
        'middleware.js': `const { verify } = require('./auth')
module.exports = { verify }
`,
      },
    }
  ),
  'a router': mocked(
    `const express = require('express')
jest.mock('../routes', () => express.Router().get('/', (req, res) => res.send('mocked')))
module.exports = () => exchange(require('../app'))`,
    {
      files: {
        'app.js': `const express = require('express')
const app = express()
app.use('/users', require('./routes'))
app.get('/other', (req, res) => res.send('other'))
module.exports = app
`,
        'routes.js': `const express = require('express')
const router = express.Router()
router.get('/', (req, res) => res.send('real'))
module.exports = router
`,
      },
    }
  ),
  'a method of a class': mocked(
    `sinon.stub(require('../users').prototype, 'list').callsFake((req, res) => res.send('mocked'))
module.exports = () => exchange(require('../app'))`,
    {
      files: {
        'app.js': `const express = require('express')
const Users = require('./users')
const users = new Users()
const app = express()
app.get('/users', users.list)
app.get('/other', users.other)
module.exports = app
`,
        'users.js': `class Users {
  list(req, res) {
    res.send('real')
  }
  other(req, res) {
    res.send('other')
  }
}
module.exports = Users
`,
      },
    }
  ),
  'what is no handler may be mocked': mocked(
    `const service = require('../service')
jest.mock('../service', () => ({ all: () => ['mocked'] }))
jest.spyOn(console, 'list').mockImplementation(() => {})
module.exports = () => exchange(require('../app'))`,
    { native: 2 }
  ),
}
for (const each of Object.values(CASES)) if (each.native === 2) delete each.reason

describe('modules and members that tests replace', () => {
  test.each(Object.entries(CASES))('%s', (name, each) => checkProject(sandbox, name, each))
})
