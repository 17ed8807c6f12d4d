import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { service, TestProject } from '../helpers/project.js'

const LEFT = `const express = require('express')
const app = express()
app.get('/<script>alert(1)</script>', (req, res) => {
  res.json('</pre><b>')
  res.json(2)
})
app.listen(3000)
`

let project: TestProject
beforeEach(() => {
  project = new TestProject({ ...service('a'), 'left.js': LEFT })
})
afterEach(() => project.remove())

async function page(options: Parameters<TestProject['migrate']>[0] = {}): Promise<string> {
  return tidy((await project.migrate({ report: 'html', dryRun: true, ...options })).out)
}

/** Without the line breaks that mean nothing to a browser. */
function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/ (\/?>)/g, '$1')
    .replace(/> </g, '><')
}

describe('html report', () => {
  test('stands alone', async () => {
    const text = await page()
    expect(text).not.toMatch(/\b(src|href)="(?!#)/)
    expect(text).not.toMatch(/@import|url\(/)
    expect(text.match(/<script>/g)).toHaveLength(1)
  })

  test('says what is left and why, with the place and its code', async () => {
    const text = await page()
    const left = text.slice(text.indexOf('id="left"'), text.indexOf('id="kinds"'))
    expect(left).toContain('a second answer is sent')
    expect(left).toContain('left.js:3')
    expect(left).toContain('res.json(&#39;&lt;/pre&gt;&lt;b&gt;&#39;)')
  })

  test('shows each kind before and after', async () => {
    const text = await page()
    const kinds = text.slice(text.indexOf('id="kinds"'), text.indexOf('id="files"'))
    expect(kinds).toContain('<span class="del">app.get(&#39;/&#39;, (req, res) =&gt; res.send(')
    expect(kinds).toContain('<span class="ins">app.get(&#39;/&#39;, (ctx) =&gt; send(ctx, ')
  })

  test('lists each file with its handlers, also those of earlier runs', async () => {
    expect(await page()).toContain('>0 of 1 handler<')
    await project.migrate()
    const text = await page()
    const files = text.slice(text.indexOf('id="files"'))
    expect(files).toMatch(
      /<span class="tag native">native<\/span>\s*<code>a\/users\.js:\d+<\/code>/
    )
    expect(files).toContain('<span class="tag left">left</span><code>left.js:')
  })

  test.each([
    [false, '0 %', '0 of 3 handlers native, 2 ready to convert, 1 left'],
    [true, '66 %', '2 of 3 handlers native, 0 ready to convert, 1 left'],
  ])('the figure when written is %s', async (write, share, label) => {
    const text = await page({ dryRun: !write })
    expect(text).toContain(`<strong>${share}</strong>`)
    expect(text).toContain(`aria-label="${label}"`)
  })

  test('draws a chart once there are two days', async () => {
    const history = project.path('h.json')
    expect(await page({ history })).not.toContain('<svg')
    const entry = { date: '2026-01-01', native: 0, ready: 3, left: 1 }
    project.write('h.json', JSON.stringify({ version: 1, entries: [entry] }))
    const text = await page({ history })
    expect(text.match(/<circle/g)).toHaveLength(2)
    expect(text).toMatch(
      /<title id="history-title">\s*Native handlers from 2026-01-01 to .*: 0 to 0 of 3/
    )
  })

  test('an empty project has nothing left', async () => {
    const empty = new TestProject({ 'a.js': 'exports.a = 1\n' })
    try {
      const { out } = await empty.migrate({ report: 'html', dryRun: true })
      expect(tidy(out)).toContain('<strong>100 %</strong>')
      expect(out).toContain('Nothing is left')
    } finally {
      empty.remove()
    }
  })

  test('files that do not parse are named with the place', async () => {
    project.write('broken.js', 'const a = 1\nconst = 2\n')
    expect(await page()).toContain('<code>broken.js:2:7</code> does not parse')
  })
})

test('--output writes the report to a file and the summary to the terminal', async () => {
  const { out } = await project.migrate({
    report: 'html',
    dryRun: true,
    output: project.path('r.html'),
  })
  expect(out).toContain('of 4 handlers native')
  expect(project.read('r.html')).toMatch(/^<!doctype html>/)
})
