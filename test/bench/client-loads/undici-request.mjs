import { Pool } from '../peers/node_modules/undici/index.js'

export function start({ port, path, inFlight, onResponse }) {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: inFlight })
  const loop = async () => {
    for (;;) {
      const { body } = await pool.request({ method: 'GET', path })
      onResponse((await body.text()).length)
    }
  }
  for (let i = 0; i < inFlight; i++) void loop()
}
