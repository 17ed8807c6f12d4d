import type { FileChange, HandlerInfo, HandlerStatus, MigrationResult } from '../core/migrate.js'
import { hunksOf, type Hunk } from './excerpt.js'
import type { HtmlContext } from './html.js'
import { html, type Markup } from './markup.js'
import { relative } from './place.js'
import { plural } from './text.js'

type Label = 'native' | 'ready' | 'left' | 'asked'

interface FileEntry {
  handlers: (HandlerInfo & { label: Label; reason: string | undefined })[]
  change: FileChange | undefined
}

/** Every file that has handlers or changes: its handlers with their state, and its diff. */
export function filesSection(result: MigrationResult, context: HtmlContext): Markup {
  const entries = entriesOf(result, context.preview)
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  return html`<section aria-labelledby="files">
    <h2 id="files">By file</h2>
    <label for="search" hidden>Find files, routes, states</label
    ><input class="search" id="search" type="search" hidden />
    <p class="soft" role="status"></p>
    ${sorted.map(([file, entry]) => fileCard(relative(file, context.root), entry))}
  </section>`
}

function entriesOf(result: MigrationResult, preview: boolean): Map<string, FileEntry> {
  const entries = new Map<string, FileEntry>()
  const entry = (file: string): FileEntry => {
    const known = entries.get(file) ?? { handlers: [], change: undefined }
    entries.set(file, known)
    return known
  }
  for (const each of result.present.native) {
    entry(each.path).handlers.push({ ...each, label: 'native', reason: undefined })
  }
  for (const each of result.handlers) {
    entry(each.path).handlers.push({ ...each, label: labelOf(each.status, preview) })
  }
  for (const change of result.changes) entry(change.path).change = change
  for (const { handlers } of entries.values()) handlers.sort((a, b) => a.line - b.line)
  return entries
}

function labelOf(status: HandlerStatus, preview: boolean): Label {
  if (status === 'adapted') return 'left'
  if (status === 'asked') return 'asked'
  return preview ? 'ready' : 'native'
}

function fileCard(name: string, { handlers, change }: FileEntry): Markup {
  const words = handlers.flatMap((each) => [each.name, ...each.routes, each.label])
  const native = handlers.filter((each) => each.label === 'native').length
  const count =
    handlers.length === 0 ? 'no handlers' : `${native} of ${plural(handlers.length, 'handler')}`
  return html`<details class="card" data-text="${[name, ...words].join(' ').toLowerCase()}">
    <summary>
      <h3><code>${name}</code></h3>
      ${change === undefined ? undefined : html`<span class="soft">changed</span>`}<span
        class="count"
        >${count}</span
      >
    </summary>
    <div class="body">
      <ul class="places">
        ${handlers.map(
          (each) =>
            html`<li>
              <span class="tag ${each.label}">${each.label}</span>
              <code>${name}:${each.line}</code> ${each.name}
              <span class="soft"
                >${each.routes.join(', ')}${each.reason === undefined ? '' : ` · ${each.reason}`}</span
              >
            </li> `
        )}
      </ul>
      ${
        change === undefined
          ? undefined
          : html`<p class="label">Diff</p>
              ${hunksOf(change, 2).map(diff)}`
      }
    </div>
  </details> `
}

function diff(hunk: Hunk): Markup {
  const classes = { ' ': 'same', '-': 'del', '+': 'ins' }
  return html`<pre tabindex="0" aria-label="Change at line ${hunk.line}">
${hunk.lines.map(
      ({ sign, text }) => html`<span class="${classes[sign]}">${sign} ${text}</span>`
    )}</pre> `
}
