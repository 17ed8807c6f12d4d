import type { RequestCtx } from '../../server/request-ctx.js'
import type { PathRewriteFunc } from './options.js'

/** Drops the first `count` segments of the path: with 1, `/static/a.css` becomes `/a.css`. Go: `NewPathSlashesStripper`. */
export function newPathSlashesStripper(count: number): PathRewriteFunc {
  return (ctx) => stripSegments(ctx.path(), count)
}

/** Drops the first `length` bytes of the path, if it has as many. Go: `NewPathPrefixStripper`. */
export function newPathPrefixStripper(length: number): PathRewriteFunc {
  return (ctx) => {
    const path = ctx.pathBytes()
    return (path.length >= length ? path.subarray(length) : path).toString('utf8')
  }
}

/**
 * Puts the host in front, so that each has a directory of its own: `/a.css` on `example.com` becomes `/example.com/a.css`, and the path of
 * the request with it. A host that is none is `invalid-host`. Go: `NewVHostPathRewriter`.
 *
 * @param count - segments to drop from the path before
 */
export function newVHostPathRewriter(count: number): PathRewriteFunc {
  return (ctx: RequestCtx) => {
    const host = ctx.host()
    const isName = host !== '' && !host.includes('/')
    const path = `/${isName ? host : 'invalid-host'}${stripSegments(ctx.path(), count)}`
    ctx.uri().setPath(path.replaceAll('%', '%25'))
    return path
  }
}

function stripSegments(path: string, count: number): string {
  for (let left = count; left > 0 && path !== ''; left--) {
    const slash = path.indexOf('/', 1)
    path = slash < 0 ? '' : path.slice(slash)
  }
  return path
}
