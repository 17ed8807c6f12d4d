import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compareWithNode, conformancePage } from './node-http.js'

const PAGE = new URL('../../docs/reference/conformance.md', import.meta.url)
/** Whose node:http the reasons in the fixtures and the page are about. */
const REFERENCE = 'v20.'

// Other versions of node:http differ in other examples; what our server must do is the same on all of them.
test.runIf(process.version.startsWith(REFERENCE))(
  'every difference to node:http has a reason, and the page lists them all',
  { timeout: 300_000 },
  async () => {
    const comparisons = await compareWithNode()
    const without = comparisons.filter((c) => c.differs && c.example.node === undefined)
    expect(without.map((c) => `${c.example.name}: ${c.node}`)).toEqual([])
    const outdated = comparisons.filter((c) => !c.differs && c.example.node !== undefined)
    expect(outdated.map((c) => c.example.name)).toEqual([])

    const page = conformancePage(comparisons)
    if (process.env['FASTHTTP_UPDATE_DOCS'] === '1') writeFileSync(PAGE, page)
    expect(readFileSync(PAGE, 'utf8')).toBe(page)
  }
)
