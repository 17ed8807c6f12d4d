import { Client } from '../peers/node_modules/undici/index.js'

export function start({ port, path, inFlight, onResponse }) {
  const client = new Client(`http://127.0.0.1:${port}`, { pipelining: inFlight })
  const loop = async () => {
    for (;;) {
      const { body } = await client.request({ method: 'GET', path })
      onResponse((await body.text()).length)
    }
  }
  for (let i = 0; i < inFlight; i++) void loop()
}
