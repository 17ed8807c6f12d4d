import { html, type Markup } from './markup.js'
import { percentOf, type Progress } from './progress.js'

export type Dated = Progress & { date: string }

const WIDTH = 720
const HEIGHT = 220
const LEFT = 40
const BOTTOM = 26
const TOP = 10

/** The figures over time: what is native, and how many handlers there are. */
export function historyChart(entries: readonly Dated[]): Markup {
  const totals = entries.map((each) => each.native + each.ready + each.left)
  const top = Math.max(1, ...totals)
  const days = entries.map((each) => Date.parse(each.date))
  const span = Math.max(1, days.at(-1)! - days[0]!)
  const x = (at: number): number => LEFT + ((days[at]! - days[0]!) / span) * (WIDTH - LEFT - 12)
  const y = (value: number): number => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM)
  const line = (values: readonly number[]): string =>
    values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const native = entries.map((each) => each.native)
  const last = entries.length - 1
  const floor = y(0).toFixed(1)
  return html`<figure class="history">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="history-title">
      <title id="history-title">
        Native handlers from ${entries[0]!.date} to ${entries[last]!.date}: ${native[0]} to
        ${native[last]} of ${totals[last]}
      </title>
      ${[0, top / 2, top].map(
        (value) =>
          html`<line
              class="grid"
              x1="${LEFT}"
              x2="${WIDTH - 12}"
              y1="${y(value).toFixed(1)}"
              y2="${y(value).toFixed(1)}"
            />
            <text class="tick" x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end"
              >${Math.round(value)}</text
            > `
      )}
      <polygon
        class="area"
        points="${LEFT},${floor} ${line(native)} ${x(last).toFixed(1)},${floor}"
      />
      <polyline class="all" points="${line(totals)}" />
      <polyline class="done" points="${line(native)}" />
      ${entries.map(
        (each, at) =>
          html`<circle class="dot" cx="${x(at).toFixed(1)}" cy="${y(each.native).toFixed(1)}" r="4"
            ><title>
              ${each.date}: ${each.native} of ${totals[at]!}, ${percentOf(each)} %
            </title></circle
          >`
      )}
      <text class="tick" x="${LEFT}" y="${HEIGHT - 6}">${entries[0]!.date}</text>
      <text class="tick" x="${WIDTH - 12}" y="${HEIGHT - 6}" text-anchor="end">
        ${entries[last]!.date}
      </text>
    </svg>
    <figcaption>
      <span class="key done">native</span> <span class="key all">all handlers</span>
    </figcaption>
    <details>
      <summary>As a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Figures of each run">
        <table>
          <thead>
            <tr>
              <th scope="col">day</th>
              <th scope="col">native</th>
              <th scope="col">ready</th>
              <th scope="col">left</th>
              <th scope="col">share</th>
            </tr>
          </thead>
          <tbody>
            ${entries.map(
              (each) =>
                html`<tr>
                  <th scope="row">${each.date}</th>
                  <td>${each.native}</td>
                  <td>${each.ready}</td>
                  <td>${each.left}</td>
                  <td>${percentOf(each)} %</td>
                </tr> `
            )}
          </tbody>
        </table>
      </div>
    </details>
  </figure>`
}
