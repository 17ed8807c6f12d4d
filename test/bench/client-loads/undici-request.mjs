import { Pool } from '../peers/node_modules/undici/index.js'

export function start({ port, path, inFlight, secure, onResponse }) {
  const pool = new Pool(`${secure ? 'https' : 'http'}://127.0.0.1:${port}`, {
    connections: inFlight,
    connect: { rejectUnauthorized: false },
  })
  const loop = async () => {
    for (;;) {
      const { body } = await pool.request({ method: 'GET', path })
      onResponse((await body.text()).length)
    }
  }
  for (let i = 0; i < inFlight; i++) void loop()
}
