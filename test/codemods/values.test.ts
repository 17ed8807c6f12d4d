import { describe, expect, test } from 'vitest'
import { migrateText } from './helpers/fixture.js'

/** Lists that hold themselves, as real code has them: each must end, and find the handler. */
const CIRCLES = {
  'pushes its own elements': 'const list = [show]\nlist.push(...list)',
  'spreads itself in a later value': 'let list = [show]\nlist = [...list, ...list]',
  'is in a circle with another':
    'const other = []\nconst list = [show, ...other]\nother.push(...list)',
}

describe('a list that', () => {
  test.each(Object.entries(CIRCLES))('%s', (_, lists) => {
    const text = `const express = require('express')
const app = express()
const show = (req, res) => res.send('a')
${lists}
app.get('/', show)
app.get('/all', list)
app.listen(3000)
`
    const result = migrateText('/app.js', text)
    expect(result.dropped).toEqual([])
    expect(result.handlers.map((each) => each.name)).toEqual(['show'])
  })
})
