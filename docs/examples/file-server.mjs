// Serves a folder with lists of its files, byte ranges and compression:
// node docs/examples/file-server.mjs docs, then curl localhost:3000/examples/
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FS, Server } from 'fasthttp'

const files = new FS({
  root: process.argv[2] ?? '.',
  indexNames: ['index.html'],
  generateIndexPages: true,
  acceptByteRange: true,
  compress: true,
  // Compressed copies are kept here rather than beside the originals.
  compressRoot: mkdtempSync(join(tmpdir(), 'file-server-')),
})

const server = new Server({ handler: files.newRequestHandler() })
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`)
})
