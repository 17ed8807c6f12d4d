import path from 'node:path'
import type { MigrationResult } from '../core/migrate.js'

/** The report as one page without scripts or outside files. */
export function htmlReport(result: MigrationResult, root: string): string {
  const native = result.handlers.filter((each) => each.status === 'native').length
  const rows = result.handlers.map((each) => {
    const place = `${path.relative(root, each.path)}:${each.line}`
    return `<tr class="${each.status}"><td>${escape(place)}</td><td>${escape(each.name)}</td><td>${escape(each.routes.join(', '))}</td><td>${each.status}</td><td>${escape(each.reason ?? '')}</td></tr>`
  })
  const problems = result.problems.map(
    (each) =>
      `<li>${escape(`${path.relative(root, each.path)}:${each.line}:${each.column} ${each.message}`)}</li>`
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>fh-migrate</title>
<style>
  body { font: 15px system-ui, sans-serif; margin: 2rem; color: #222 }
  table { border-collapse: collapse; width: 100% }
  td, th { border-bottom: 1px solid #ddd; padding: .3rem .6rem; text-align: left }
  .adapted td:nth-child(4) { color: #a60 }
  .native td:nth-child(4) { color: #070 }
</style>
<h1>${native} of ${result.handlers.length} handlers native</h1>
<p>${result.changes.length} files changed, ${result.sites.length} places rewritten.</p>
${problems.length === 0 ? '' : `<h2>Files that do not parse</h2><ul>${problems.join('')}</ul>`}
<table>
<tr><th>place</th><th>name</th><th>routes</th><th>status</th><th>reason</th></tr>
${rows.join('\n')}
</table>
</html>
`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
