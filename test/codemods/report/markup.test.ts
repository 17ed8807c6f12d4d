import { expect, test } from 'vitest'
import { html } from '../../../codemods/report/markup.js'

test.each([
  ['<b>&"\'', '&lt;b&gt;&amp;&quot;&#39;'],
  [7, '7'],
  [undefined, ''],
  [[html`<i>${'<'}</i>`, '>'], '<i>&lt;</i>&gt;'],
])('%j', (part, expected) => {
  expect(html`${part}`.text).toBe(expected)
})
