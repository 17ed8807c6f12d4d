import { Client, Request, Response } from 'fasthttp'

/** As a Go program does it: request and response used again, the request filled anew each time. */
export function start({ port, path, inFlight, onResponse }) {
  const client = new Client()
  const url = `http://127.0.0.1:${port}${path}`
  const loop = async () => {
    const req = new Request()
    const resp = new Response()
    for (;;) {
      req.reset()
      req.setRequestURI(url)
      await client.do(req, resp)
      onResponse(resp.body().length)
    }
  }
  for (let i = 0; i < inFlight; i++) void loop()
}
