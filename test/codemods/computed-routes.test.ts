import { afterAll, beforeAll, describe, test } from 'vitest'
import { createSandbox, type Sandbox } from './helpers/sandbox.js'
import { checkProject, type TestedProject } from './helpers/tested-project.js'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox()
})
afterAll(() => sandbox.remove())

const router = (text: string) => `const express = require('express')
const router = express.Router()
router.get('/', (req, res) => res.send('${text}'))
module.exports = router
`
const ROUTES = { 'routes/users.js': router('users'), 'routes/books.js': router('books') }
const app = (loop: string) => `const express = require('express')
const fs = require('fs')
const path = require('path')
const app = express()
${loop}
module.exports = app
`
const REQUESTS = ['GET /users', 'GET /books', 'GET /index', 'GET /nowhere']

function routes(loop: string, extra: Partial<TestedProject> = {}): TestedProject {
  const files = { 'app.js': app(loop), ...ROUTES, ...extra.files }
  return {
    test: 'module.exports = () => {}',
    requests: REQUESTS,
    native: 2,
    handlers: 2,
    ...extra,
    files,
  }
}

const COMPUTED = 'routes are loaded from files by a computed name'

const CASES: Record<string, TestedProject> = {
  'a path that is put together': routes(`fs.readdirSync(__dirname + '/routes').forEach((file) => {
  app.use('/' + file.replace('.js', ''), require('./routes/' + file))
})`),
  'a template, and a filter': routes(`fs.readdirSync(\`\${__dirname}/routes\`)
  .filter((file) => file.endsWith('.js'))
  .map((file) => app.use(\`/\${file.split('.')[0]}\`, require(\`./routes/\${file}\`)))`),
  'path.join, a folder in a variable, and a variable for the router':
    routes(`const folder = path.join(__dirname, 'routes')
for (const file of fs.readdirSync(folder)) {
  const route = require(path.join(folder, file))
  app.use('/' + path.basename(file, '.js'), route)
}`),
  'an index among the routes': {
    ...routes(''),
    files: {
      ...ROUTES,
      'app.js': `const express = require('express')
const app = express()
app.use(require('./routes'))
module.exports = app
`,
      'routes/helpers.js': `exports.nameOf = (file) => file.split('.').shift()
`,
      'routes/index.js': `const express = require('express')
const fs = require('fs')
const { nameOf } = require('./helpers')
const router = express.Router()
const folder = \`\${__dirname}/\`
fs.readdirSync(folder).filter((file) => {
  const name = nameOf(file)
  return name !== 'index' && name !== 'helpers' ? router.use(\`/\${name}\`, require(\`./\${name}\`)) : ''
})
module.exports = router
`,
    },
  },
  'files that are called with the app': routes(
    `fs.readdirSync(path.join(__dirname, 'install')).forEach((file) => require('./install/' + file)(app))`,
    {
      files: {
        'install/users.js': `module.exports = (app) => {
  app.get('/users', (req, res) => res.send('users'))
}
`,
        'install/books.js': `module.exports = function (app) {
  app.get('/books', (req, res) => res.send('books'))
}
`,
        'routes/users.js': '',
        'routes/books.js': '',
      },
    }
  ),
  'folders in the folder': routes(
    `const walk = (folder) => fs.readdirSync(folder, { withFileTypes: true }).flatMap((each) =>
  each.isDirectory() ? walk(folder + '/' + each.name) : [folder + '/' + each.name])
const base = __dirname + '/routes/'
for (const full of walk(__dirname + '/routes')) {
  app.use('/' + path.basename(full, '.js'), require('./routes/' + full.slice(base.length)))
}`,
    {
      files: { 'routes/deep/pages.js': router('pages') },
      requests: [...REQUESTS, 'GET /pages'],
      native: 3,
      handlers: 3,
    }
  ),
  'a handler among the routers keeps them all': routes(
    `fs.readdirSync(__dirname + '/routes').forEach((file) => {
  app.use('/' + file.replace('.js', ''), require('./routes/' + file))
})`,
    {
      files: { 'routes/plain.js': `module.exports = (req, res) => res.send('plain')\n` },
      requests: [...REQUESTS, 'GET /plain'],
      native: 0,
      reason: `its router stays: it is mounted by an app that stays: ${COMPUTED}`,
    }
  ),
  'a router that stays keeps the others': routes(
    `fs.readdirSync(__dirname + '/routes').forEach((file) => {
  app.use('/' + file.replace('.js', ''), require('./routes/' + file))
})`,
    {
      files: {
        'routes/books.js': router('books').replace(
          'module.exports',
          "router.stack.length > 9 && router.param('x', () => {})\nmodule.exports"
        ),
      },
      native: 0,
      handlers: 3,
    }
  ),
  'a name of which nothing is written out': routes(
    `const folder = process.env.ROUTES || __dirname + '/routes'
fs.readdirSync(folder).forEach((file) => {
  app.use('/' + file.replace('.js', ''), require(folder + '/' + file))
})`,
    { native: 0 }
  ),
}

describe('routes that are loaded from folders', () => {
  test.each(Object.entries(CASES))('%s', (name, each) => checkProject(sandbox, name, each))
})
