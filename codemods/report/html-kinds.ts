import type { FileChange, MigrationResult, SiteReport } from '../core/migrate.js'
import { CONVERSION_TABLE } from '../table.js'
import { dedent, hunkAt, hunksOf, type DiffLine, type Hunk } from './excerpt.js'
import { html, type Markup } from './markup.js'
import { plural } from './text.js'

const EXAMPLES = 2
const MAX_LINES = 12

/** What was rewritten, by row of the conversion table, with examples from the project. */
export function kindsSection(result: MigrationResult): Markup {
  const kinds = new Map<string, SiteReport[]>()
  for (const site of result.sites) kinds.set(site.row, [...(kinds.get(site.row) ?? []), site])
  const sorted = [...kinds].sort(([, a], [, b]) => b.length - a.length)
  const examples = new Examples(result.changes)
  return html`<section aria-labelledby="kinds">
    <h2 id="kinds">What was converted, by kind</h2>
    ${sorted.length === 0 ? html`<p>Nothing was converted in this run.</p>` : undefined}
    ${sorted.map(([id, sites]) => kindCard(id, sites, examples))}
  </section>`
}

function kindCard(id: string, sites: readonly SiteReport[], examples: Examples): Markup {
  const row = CONVERSION_TABLE.find((each) => each.id === id)
  const check = row?.check ?? ''
  const notes = [...new Set(sites.flatMap((each) => each.note ?? []))].filter(
    (each) => each !== check
  )
  return html`<details class="card">
    <summary>
      <h3><code>${row?.from ?? id}</code></h3>
      ${row === undefined ? undefined : html`<span>to <code>${row.to}</code></span>`}<span
        class="count"
        >${plural(sites.length, 'place')}</span
      >
    </summary>
    <div class="body">
      ${check === '' ? undefined : html`<p><strong>Check by hand:</strong> ${inlineCode(check)}</p>`}
      ${notes.map((note) => html`<p><strong>Note:</strong> ${inlineCode(note)}</p>`)}
      ${examples.of(sites).map((each) => pair(each))}
    </div>
  </details> `
}

/** Text whose backticks name code. */
function inlineCode(text: string): Markup[] {
  return text
    .split('`')
    .map((each, at) => (at % 2 === 1 ? html`<code>${each}</code>` : html`${each}`))
}

function pair(hunk: Hunk): Markup {
  const side = (signs: string): DiffLine[] => hunk.lines.filter(({ sign }) => signs.includes(sign))
  return html`<div class="pair">
    <div>
      <h4>Before</h4>
      ${code(side(' -'))}
    </div>
    <div>
      <h4>After</h4>
      ${code(side(' +'))}
    </div>
  </div>`
}

function code(lines: readonly DiffLine[]): Markup {
  const shown = lines.slice(0, MAX_LINES)
  const texts = dedent(shown.map((each) => each.text))
  const classes = { ' ': 'same', '-': 'del', '+': 'ins' }
  return html`<pre tabindex="0">
${shown.map((each, at) => html`<span class="${classes[each.sign]}">${texts[at]}</span>`)}</pre>`
}

/** Finds a few small changes in which a kind of conversion is seen. */
class Examples {
  readonly #hunks: Map<string, Hunk[]>

  constructor(changes: readonly FileChange[]) {
    this.#hunks = new Map(changes.map((each) => [each.path, hunksOf(each, 1)]))
  }

  of(sites: readonly SiteReport[]): Hunk[] {
    const found = new Set<Hunk>()
    for (const site of sites) {
      const hunk = hunkAt(this.#hunks.get(site.path) ?? [], site.line)
      if (hunk !== undefined) found.add(hunk)
    }
    return [...found].sort((a, b) => a.lines.length - b.lines.length).slice(0, EXAMPLES)
  }
}
