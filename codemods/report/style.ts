/** The style of the page: one column that fits a phone, light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf8; --card: #fff; --ink: #1d2126; --soft: #59616b; --line: #dfe1e4;
  --native: #12784a; --native-ground: #e2f4ea; --left: #9a4a00; --left-ground: #fdf0df;
  --ready: #2b5fb8; --ready-ground: #e5eefc; --gone: #a3262f; --gone-ground: #fdeaec;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --card: #1c2024; --ink: #e8eaed; --soft: #a7afb8; --line: #343a41;
    --native: #5fd39b; --native-ground: #12352a; --left: #f0b35f; --left-ground: #3a2a14;
    --ready: #8db6ff; --ready-ground: #1b2b47; --gone: #ff9aa2; --gone-ground: #44191e;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main, header, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: 2rem }
h1 { font-size: clamp(1.5rem, 4vw, 2.1rem); line-height: 1.2; margin: 0 0 .25rem }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem }
h3 { font-size: 1rem; margin: 0 }
p { margin: .4rem 0 }
code, pre { font-family: var(--mono); font-size: .86em }
code { overflow-wrap: anywhere }
.soft, .count { color: var(--soft) }
a { color: var(--ready) }
:focus-visible { outline: 3px solid var(--ready); outline-offset: 2px; border-radius: 3px }
.skip { position: absolute; left: -99rem }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem }
.figure { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-top: 1.25rem }
.figure strong { font-size: clamp(2.4rem, 9vw, 4rem); line-height: 1 }
.bar { display: flex; height: 1.1rem; border-radius: .55rem; overflow: hidden; background: var(--line); margin: .75rem 0 .5rem }
.bar .native { background: var(--native) }
.bar .ready { background: repeating-linear-gradient(45deg, var(--ready) 0 6px, var(--ready-ground) 6px 9px) }
.bar .left { background: var(--left) }
.keys { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: 0; list-style: none }
.key::before { content: ''; display: inline-block; width: .75rem; height: .75rem; border-radius: 3px; margin-right: .4rem; background: var(--line) }
.key.native::before, .key.done::before { background: var(--native) }
.key.ready::before { background: var(--ready) }
.key.left::before { background: var(--left) }
.key.all::before { background: var(--soft); height: .2rem; vertical-align: middle }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 1.25rem 0 0; list-style: none }
.search { display: block; width: 100%; max-width: 28rem; font: inherit; padding: .5rem .75rem; margin: .25rem 0 .75rem; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: .5rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: 0 0 .6rem }
.card > summary, .card > .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem .75rem; padding: .65rem .9rem }
.card > summary { cursor: pointer; position: relative; padding-left: 2rem }
.card > summary::before { content: '\\25B8'; color: var(--soft); position: absolute; left: .9rem }
.card[open] > summary::before { content: '\\25BE' }
.card > summary::-webkit-details-marker { display: none }
.card .body { border-top: 1px solid var(--line); padding: .65rem .9rem }
.count { margin-left: auto; white-space: nowrap }
.places { margin: 0; padding: 0; list-style: none }
.places li { padding: .3rem 0; overflow-wrap: anywhere }
.tag { font-size: .8rem; font-weight: 600; border-radius: .35rem; padding: .05rem .4rem; white-space: nowrap }
.tag.native { color: var(--native); background: var(--native-ground) }
.tag.ready { color: var(--ready); background: var(--ready-ground) }
.tag.left { color: var(--left); background: var(--left-ground) }
.tag.asked { color: var(--soft); background: var(--line) }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: .6rem; margin: .5rem 0 }
.pair > div { min-width: 0 }
.pair h4, .label { font-size: .8rem; font-weight: 600; color: var(--soft); margin: 0 0 .2rem }
pre { margin: 0; padding: .6rem .75rem; overflow-x: auto; border-radius: .4rem; background: var(--ground); border: 1px solid var(--line); tab-size: 2 }
pre .del, pre .ins, pre .same { display: block; width: max-content; min-width: 100%; min-height: 1.5em }
pre .del { background: var(--gone-ground) }
pre .ins { background: var(--native-ground) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); font-weight: 400 }
thead th { font-weight: 600 }
.history { margin: 1rem 0 0 }
.history svg { display: block; width: 100%; height: auto; max-width: 60rem }
.grid { stroke: var(--line) }
.tick { fill: var(--soft); font-size: 12px }
.area { fill: var(--native-ground) }
polyline { fill: none; stroke-width: 2.5 }
polyline.done { stroke: var(--native) }
polyline.all { stroke: var(--soft); stroke-dasharray: 5 4 }
.dot { fill: var(--native) }
footer { padding: 2rem 1.25rem 3rem; color: var(--soft) }
[hidden] { display: none !important }
@media print { .search { display: none } }
`

/** Hides the files and reasons that do not hold what is typed; without scripts all are shown. */
export const SCRIPT = `
for (const search of document.querySelectorAll('.search')) {
  const section = search.closest('section')
  const found = section.querySelector('[role=status]')
  search.hidden = false
  search.previousElementSibling.hidden = false
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\\s+/)
    let shown = 0
    for (const card of section.querySelectorAll('[data-text]')) {
      card.hidden = !words.every((word) => card.dataset.text.includes(word))
      if (!card.hidden) shown++
    }
    found.textContent = search.value.trim() === '' ? '' : shown + ' shown'
  })
}
`
