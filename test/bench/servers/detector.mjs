/** The hello handler with the development-mode detector: `node detector.mjs PORT none|off|warn`; `none` gives no option. */
import { Server } from 'fasthttp'
import { HELLO, host, port } from './payload.mjs'

const [, , , retention] = process.argv

new Server({
  handler: (ctx) => ctx.success('text/plain', HELLO),
  ...(retention !== 'none' && { debug: { retention } }),
}).listen(port, host)
