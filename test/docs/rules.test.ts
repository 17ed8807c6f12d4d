import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { codeBlocks, root, sources, type CodeBlock } from '../helpers/markdown.js'

/**
 * Rules whose examples the detector has nothing to see in: members that a ctx does not have are `undefined`, or no function, with it and
 * without; and to read all fields for one of them is slow but right.
 */
const ELSEWHERE = ['no-node-http-api', 'prefer-peek']
const RULES = readdirSync(join(root, 'docs/rules'))
  .map((file) => file.replace('.md', ''))
  .filter((name) => name !== 'index' && !ELSEWHERE.includes(name))

const folder = join(root, '.tmp/rules')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Verdict {
  /** First lines of the reports. */
  touches: string[]
  /** Contexts that are still reachable. */
  kept: number
  /** Byte views that were taken away. */
  emptied: number
}

async function run(rule: string, block: CodeBlock): Promise<Verdict> {
  const place = join(folder, `${rule}-${block.line}`)
  mkdirSync(place, { recursive: true })
  for (const [name, text] of block.files) writeFileSync(join(place, name), text)
  const entry = join(place, `block.${block.lang}`)
  const driver = JSON.stringify(join(root, 'test/docs/rules-driver.ts'))
  const served = /\b(?:serve|listenAndServe)\(/.test(block.code + block.then)
  writeFileSync(
    entry,
    `import { verdict } from ${driver}\n${block.code}\n${block.then}\nawait verdict(${served})\n`
  )
  const outfile = join(place, 'out.mjs')
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    alias: sources,
    logLevel: 'silent',
    absWorkingDir: root,
  })
  const { stdout } = await promisify(execFile)(process.execPath, [outfile], {
    cwd: place,
    env: { ...process.env, FASTHTTP_DEBUG: 'retention' },
    timeout: 50_000,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Verdict
}

describe.each(RULES)('%s', (rule) => {
  const page = `docs/rules/${rule}.md`
  const [good] = codeBlocks(page, '## Good')
  const blocks = codeBlocks(page).filter((block) => ['js', 'ts'].includes(block.lang))
  const end = codeBlocks(page, '## Options')[0]?.line ?? Infinity
  const bad = blocks.filter((block) => block.line < good!.line)
  const fine = blocks.filter((block) => block.line >= good!.line && block.line < end)

  test.each(bad.map((block) => [block.line, block] as const))(
    'the detector sees the bad example in line %d',
    async (_, block) => {
      const { touches, kept, emptied } = await run(rule, block)
      expect(touches.length + kept + emptied).toBeGreaterThan(0)
    }
  )

  test.each(fine.map((block) => [block.line, block] as const))(
    'the detector is silent on the good example in line %d',
    async (_, block) => {
      expect(await run(rule, block)).toEqual({ touches: [], kept: 0, emptied: 0 })
    }
  )
})
