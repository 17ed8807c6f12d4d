import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import compression from 'compression'
import cookieParser from 'cookie-parser'
import cors from 'cors'
import type express from 'express'
import session from 'express-session'
import helmet from 'helmet'
import morgan from 'morgan'
import multer from 'multer'
import { pinoHttp } from 'pino-http'

const PUBLIC = fileURLToPath(new URL('../../../fixtures/adaptor/public', import.meta.url))

/** An app with what real ones have, on Express 4 or 5. `logged` gets a line per request. */
export function expressApp(make: typeof express, logged: string[]): express.Express {
  const app = make()
  app.use(
    morgan(':method :url :status :res[content-length]', {
      stream: { write: (line) => void logged.push(line.trim()) },
    })
  )
  app.use(pinoHttp({}, new PassThrough().resume()))
  app.use(helmet())
  app.use(cors())
  app.use(compression({ threshold: 100 }))
  app.use(cookieParser('secret'))
  app.use(session({ secret: 'secret', resave: false, saveUninitialized: false }))
  app.use(make.json())
  app.use(make.urlencoded({ extended: true }))
  app.use('/static', make.static(PUBLIC))

  app.get('/', (_req, res) => void res.send('hello'))
  app.get(
    '/json',
    (req, res) => void res.json({ query: req.query, ip: typeof req.ip, host: req.hostname })
  )
  app.get(
    '/users/:id',
    (req, res) =>
      void res.status(201).set('X-User', req.params['id']).send({ id: req.params['id'] })
  )
  app.post('/echo', (req, res) => void res.json(req.body))
  app.get('/big', (_req, res) => void res.type('text').send('line of text\n'.repeat(1000)))
  app.get('/cookies', (req, res) => {
    res.cookie('plain', '1').cookie('signed', '2', { signed: true })
    res.json({ cookies: req.cookies, signed: req.signedCookies })
  })
  app.get('/visits', (req, res) => {
    const visitor = req.session as session.Session & { count?: number }
    visitor.count = (visitor.count ?? 0) + 1
    res.send(String(visitor.count))
  })
  app.post('/upload', multer().single('file'), (req, res) => {
    res.json({ name: req.file?.originalname, size: req.file?.size, field: req.body.field })
  })
  app.get('/redirect', (_req, res) => void res.redirect('/json'))
  app.get('/empty', (_req, res) => void res.sendStatus(204))
  app.get('/stream', (_req, res) => {
    res.write('a')
    setImmediate(() => res.end('b'))
  })
  app.get('/throws', () => {
    throw Object.assign(new Error('broken'), { status: 418 })
  })
  const router = make.Router()
  router.get('/inner', (req, res) => void res.send(`${req.baseUrl} ${req.originalUrl}`))
  app.use('/outer', router)
  const mounted = make()
  mounted.get('/app', (req, res) => void res.send(`mounted ${req.app === mounted}`))
  app.use('/sub', mounted)
  app.use(
    (
      err: Error & { status?: number },
      _req: express.Request,
      res: express.Response,
      next: express.NextFunction
    ) => {
      if (res.headersSent) next(err)
      else res.status(err.status ?? 500).json({ error: err.message })
    }
  )
  return app
}
