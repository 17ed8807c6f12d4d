import fasthttp = require('fasthttp')
import adaptor = require('fasthttp/adaptor')
import router = require('fasthttp/router')
import websocket = require('fasthttp/websocket')

export const server = new fasthttp.Server({ handler: new router.Router().handler })
export const handler: fasthttp.RequestHandler = adaptor.adapt((_req, res) => res.end())
export const upgrader = new websocket.Upgrader()
