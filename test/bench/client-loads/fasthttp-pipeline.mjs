import { PipelineClient, Request, Response } from 'fasthttp'

export function start({ port, path, inFlight, onResponse }) {
  const client = new PipelineClient({ addr: `127.0.0.1:${port}`, maxPendingRequests: inFlight })
  const loop = async () => {
    const req = new Request()
    const resp = new Response()
    for (;;) {
      req.reset()
      req.setRequestURI(`http://127.0.0.1:${port}${path}`)
      await client.do(req, resp)
      onResponse(resp.body().length)
    }
  }
  for (let i = 0; i < inFlight; i++) void loop()
}
