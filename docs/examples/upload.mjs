// Takes files from a form: node docs/examples/upload.mjs, then open http://localhost:3000
// or curl -F picture=@photo.jpg -F title=Me localhost:3000
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { saveMultipartFile, Server } from 'fasthttp'

const folder = await mkdtemp(join(tmpdir(), 'uploads-'))

const FORM = `<!doctype html><title>Upload</title>
<form method="post" enctype="multipart/form-data">
  <input name="title" placeholder="Title"> <input type="file" name="picture"> <button>Send</button>
</form>`

const server = new Server({
  maxRequestBodySize: 100 * 1024 * 1024,
  async handler(ctx) {
    if (!ctx.isPost()) {
      ctx.setContentType('text/html; charset=utf-8')
      return ctx.setBody(FORM)
    }
    let file
    try {
      file = ctx.formFile('picture')
    } catch {
      return ctx.error('no picture was sent', 400)
    }
    // Never a path the client chose: only the end of its name is kept.
    const path = join(folder, randomUUID() + extname(file.filename))
    await saveMultipartFile(file, path)
    ctx.setJSON({ title: ctx.formValue('title'), size: file.size, path })
  },
})
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`)
})
