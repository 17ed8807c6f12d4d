import path from 'node:path'
import type { HandlerReport, MigrationResult, ServiceReport } from '../core/migrate.js'
import { historyChart, type Dated } from './chart.js'
import { excerptAt } from './excerpt.js'
import { filesSection } from './html-files.js'
import { kindsSection } from './html-kinds.js'
import { html, Markup } from './markup.js'
import { relative } from './place.js'
import { percentOf, type Progress } from './progress.js'
import { SCRIPT, STYLE } from './style.js'
import { plural } from './text.js'

export interface HtmlContext {
  root: string
  progress: Progress
  /** Figures of earlier runs, the oldest first. */
  history: readonly Dated[]
  /** Nothing was written. */
  preview: boolean
  /** The source texts before the run, by absolute path. */
  texts: ReadonlyMap<string, string>
  /** @default now */
  now?: Date
}

const EXCERPT_LINES = 9

/** The report as one page without outside files: it can be mailed, kept, or served by CI. */
export function htmlReport(result: MigrationResult, context: HtmlContext): string {
  const { progress, history, preview } = context
  const name = path.basename(context.root)
  const date = (context.now ?? new Date()).toISOString().slice(0, 10)
  const percent = percentOf(progress)
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${name}: ${percent} % on fasthttp</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <a class="skip" href="#left">Skip to what is left</a>
        <header>
          <h1>Migration of ${name} to fasthttp</h1>
          <p class="soft">
            ${date} · ${preview ? 'preview, nothing was written' : 'written'} ·
            ${plural(result.changes.length, 'file')} ${preview ? 'would change' : 'changed'} ·
            ${plural(result.sites.length, 'place')} rewritten
          </p>
          ${progressFigure(progress)} ${history.length > 1 ? historyChart(history) : undefined}
          <nav aria-label="Sections">
            <ul>
              <li><a href="#left">What is left</a></li>
              <li><a href="#kinds">By kind</a></li>
              <li><a href="#files">By file</a></li>
            </ul>
          </nav>
        </header>
        <main>
          ${leftSection(result, context)} ${kindsSection(result)} ${filesSection(result, context)}
        </main>
        <footer>
          Made by fh-migrate. Handlers are counted where they are registered; helpers they call are
          not.
        </footer>
        <script>
          ${new Markup(SCRIPT)}
        </script>
      </body>
    </html> `
  return page.text
}

function progressFigure(progress: Progress): Markup {
  const { native, ready, left } = progress
  const total = native + ready + left
  const part = (count: number): string => (total === 0 ? '0' : ((count / total) * 100).toFixed(2))
  const label = `${native} of ${total} handlers native, ${ready} ready to convert, ${left} left`
  return html`<div class="figure">
      <strong>${percentOf(progress)} %</strong
      ><span>${native} of ${plural(total, 'handler')} native</span>
    </div>
    <div class="bar" role="img" aria-label="${label}">
      <span class="native" style="width:${part(native)}%"></span
      ><span class="ready" style="width:${part(ready)}%"></span
      ><span class="left" style="width:${part(left)}%"></span>
    </div>
    <ul class="keys">
      <li class="key native">${native} native</li>
      <li class="key ready">${ready} ready to convert</li>
      <li class="key left">${left} left</li>
    </ul>`
}

/** What is left, grouped by reason, because one reason usually has one remedy. */
function leftSection(result: MigrationResult, context: HtmlContext): Markup {
  const groups = new Map<string, (HandlerReport | ServiceReport)[]>()
  for (const each of [...result.services, ...result.handlers]) {
    if (each.status !== 'adapted' || each.reason === undefined) continue
    groups.set(each.reason, [...(groups.get(each.reason) ?? []), each])
  }
  const sorted = [...groups].sort(([, a], [, b]) => b.length - a.length)
  const asked = result.handlers.filter((each) => each.status === 'asked').length
  return html`<section aria-labelledby="left">
    <h2 id="left">What is left, and why</h2>
    ${sorted.length === 0 ? html`<p>Nothing is left to do by hand.</p>` : html`<p class="soft">These run through <code>adapt()</code> until somebody works on them.</p>`}
    ${asked > 0 ? html`<p class="soft">${plural(asked, 'handler')} left because the options said so.</p>` : undefined}
    ${problems(result, context)}
    ${sorted.map(([reason, places]) => reasonCard(reason, places, context))}
  </section>`
}

function problems(result: MigrationResult, context: HtmlContext): Markup | undefined {
  const all = [
    ...result.problems.map((each) => ({ ...each, what: 'does not parse' })),
    ...result.dropped.map((each) => ({ ...each, what: 'not written, the result was not sound' })),
  ]
  if (all.length === 0) return undefined
  return html`<div class="card">
    <div class="head"><h3>Files left as they are</h3></div>
    <ul class="body places">
      ${all.map((each) => html`<li><code>${relative(each.path, context.root)}:${each.line}:${each.column}</code> ${each.what}: ${each.message}</li>`)}
    </ul>
  </div>`
}

function reasonCard(
  reason: string,
  places: readonly (HandlerReport | ServiceReport)[],
  context: HtmlContext
): Markup {
  return html`<details class="card">
    <summary>
      <h3>${reason}</h3>
      <span class="count">${places.length}</span>
    </summary>
    <ul class="body places">
      ${places.map((each) => {
        const text = context.texts.get(each.path)
        return html`<li>
          <code>${relative(each.path, context.root)}:${each.line}</code>
          ${'name' in each ? each.name : each.kind}
          <span class="soft">${'routes' in each ? each.routes.join(', ') : ''}</span>
          ${text === undefined ? undefined : html`<pre tabindex="0">${excerptAt(text, each.line, EXCERPT_LINES)}</pre>`}
        </li> `
      })}
    </ul>
  </details> `
}
