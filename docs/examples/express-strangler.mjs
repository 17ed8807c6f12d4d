// An Express app moves route by route: the hot ones are native, all else goes to the app as it was.
// node docs/examples/express-strangler.mjs, then curl localhost:3000/price/42 and curl localhost:3000/about
import express from 'express'
import { Server } from 'fasthttp'
import { adapt } from 'fasthttp/adaptor'
import { Router } from 'fasthttp/router'

const app = express()
app.use(express.json())
app.get('/about', (req, res) => res.send('answered by Express'))
app.post('/orders', (req, res) => res.status(201).json({ items: req.body.items.length }))

const router = new Router()
router.get('/price/:id', (ctx) => ctx.setJSON({ id: ctx.param('id'), price: 9.99 }))
router.use(adapt(app))

const server = new Server({ handler: router.handler })
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`)
})
