import ignore from 'ignore'
import type { HandlerGroup, HandlerInfo } from '../core/migrate.js'
import { UsageError } from './usage-error.js'

const GROUPS: readonly HandlerGroup[] = ['routes', 'middleware', 'errors', 'params', 'servers']

/**
 * The choice that `--only` and `--routes` make, or `undefined` when they are not given.
 *
 * @throws UsageError `FH_MIGRATE_ONLY` for a kind that there is not
 */
export function selection(
  only: string | undefined,
  routes: string | undefined
): ((handler: HandlerInfo) => boolean) | undefined {
  if (only === undefined && routes === undefined) return undefined
  const groups = only === undefined ? GROUPS : parseGroups(only)
  const matches = routes === undefined ? () => true : routeMatcher(routes)
  return (handler) =>
    (groups.includes(handler.group) && handler.routes.some(matches)) ||
    (routes === undefined && groups.includes(handler.group))
}

function parseGroups(only: string): HandlerGroup[] {
  return only.split(',').map((name) => {
    const group = GROUPS.find((each) => each === name.trim())
    if (group === undefined) {
      throw new UsageError(
        'FH_MIGRATE_ONLY',
        `--only takes ${GROUPS.join(', ')}; there is no "${name.trim()}"`
      )
    }
    return group
  })
}

/** Matches the path of a route, `/users/:id`, against a glob such as `/users/**`. */
function routeMatcher(glob: string): (route: string) => boolean {
  const rules = ignore().add(glob.replace(/^\/?/, '/'))
  return (route) => {
    const target = route.slice(route.indexOf(' ') + 1).replace(/^\//, '')
    return target === '' ? glob === '/' : rules.ignores(target)
  }
}
