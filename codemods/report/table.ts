import { CONVERSION_TABLE } from '../table.js'

/** The conversion table as Markdown: `fh-migrate --print-table` and the documentation. */
export function markdownTable(): string {
  const rows = CONVERSION_TABLE.map(
    (row) => `| ${code(row.from)} | ${code(row.to)} | ${row.class} | ${row.check} |`
  )
  return [
    '| Express or node:http | fasthttp | class | check by hand |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}
