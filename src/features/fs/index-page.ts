import { htmlEscape } from '../../bytes/codec.js'
import type { FileSystem } from './file-system.js'

/**
 * A page that lists a directory, directories with a slash at the end. Links are relative, so that they hold wherever the handler is mounted.
 *
 * @param directory - path in `fs`
 * @param path - of the request, to be shown
 * @param isHidden - names that are left out
 */
export async function indexPage(
  fs: FileSystem,
  directory: string,
  path: string,
  isHidden: (name: string) => boolean
): Promise<string> {
  const names = (await fs.readdir(directory)).filter((name) => !isHidden(name)).sort()
  const items: string[] = path === '/' ? [] : ['<li><a href="../" class="dir">..</a></li>']
  for (const name of names) items.push(await item(fs, directory, name))
  const title = htmlEscape(path)
  return (
    `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>${title}</title></head>` +
    `<body><h1>${title}</h1>\n<ul>\n${items.join('\n')}\n</ul>\n</body></html>\n`
  )
}

async function item(fs: FileSystem, directory: string, name: string): Promise<string> {
  // A link that leads nowhere is still a name.
  const stat = await fs.stat(`${directory}/${name}`).catch(() => undefined)
  const isDirectory = stat?.isDirectory() === true
  const shown = htmlEscape(name) + (isDirectory ? '/' : '')
  // `./` keeps a colon in the name from making a scheme of it.
  const link = `./${encodeURIComponent(name)}${isDirectory ? '/' : ''}`
  const kind = isDirectory ? 'dir, ' : `file, ${stat?.size ?? 0} bytes, `
  const time = stat === undefined ? '' : `last modified ${stat.mtime.toISOString()}`
  return `<li><a href="${link}" class="${isDirectory ? 'dir' : 'file'}">${shown}</a>, ${kind}${time}</li>`
}
