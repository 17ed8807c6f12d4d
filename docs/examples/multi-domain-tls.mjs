// Two sites with certificates of their own behind one port; the client names the one it wants (SNI):
// node docs/examples/multi-domain-tls.mjs, then
// curl -k --resolve one.example:3000:127.0.0.1 https://one.example:3000/
import { generateTestCertificate, Server } from 'fasthttp'

const sites = {
  'one.example': (ctx) => ctx.setBody('This is one.example\n'),
  'two.example': (ctx) => ctx.setBody('This is two.example\n'),
}

const server = new Server({
  handler(ctx) {
    const site = sites[ctx.host().replace(/:\d+$/, '')]
    return site === undefined ? ctx.notFound() : site(ctx)
  },
})
for (const host of Object.keys(sites)) {
  // In production: server.appendCert('one.example.pem', 'one.example.key')
  const { cert, key } = generateTestCertificate(host)
  server.appendCertEmbed(cert, key)
}
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`https://localhost:${server.address().port}`)
})
