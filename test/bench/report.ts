import { appendFileSync } from 'node:fs'

/** Results of one measurement. */
export interface Table {
  /** The script that made it, such as `server`. */
  readonly suite: string
  readonly title: string
  /** Headings of the cells; the first column is the name of the row. */
  readonly columns: readonly string[]
  readonly rows: readonly { readonly name: string; readonly cells: readonly (number | string)[] }[]
  /** Column that a chart shows, from 0. */
  readonly chart?: number
  /** What a reader has to know about these figures. */
  readonly note?: string
}

/** Three significant digits, as many as these measurements are worth. */
export function figure(value: number | string): string {
  if (typeof value === 'string') return value
  if (!Number.isFinite(value)) return '-'
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}

/** Prints a table; for `npm run bench`, also appends it as a line of JSON to the file that BENCH_RESULTS names. */
export function report(table: Table): void {
  const lines = [['', ...table.columns], ...table.rows.map((row) => [row.name, ...row.cells])]
  const cells = lines.map((line) => line.map((cell) => figure(cell)))
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)))
  console.log(`\n${table.title}`)
  for (const line of cells) {
    const padded = line.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
    )
    console.log(`  ${padded.join('  ')}`)
  }
  if (table.note !== undefined) console.log(`  ${table.note}`)
  const file = process.env['BENCH_RESULTS']
  if (file !== undefined) appendFileSync(file, JSON.stringify(table) + '\n')
}
