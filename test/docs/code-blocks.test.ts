import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { codeBlocks, pagesBelow, root, sources, type CodeBlock } from '../helpers/markdown.js'

// Examples of the rules and conversions before and after are run by tests of their own.
const pages = ['README.md', ...pagesBelow('docs')].filter(
  (page) => !/^docs\/(?:rules\/(?!index)|codemods\/)/.test(page)
)
const blocks = pages.flatMap((page) => codeBlocks(page))

const folder = join(root, '.tmp/code-blocks')
mkdirSync(folder, { recursive: true })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the block in a process of its own, against the sources of this project. */
async function run(block: CodeBlock): Promise<void> {
  const place = join(folder, `${basename(block.page, '.md')}-${block.line}`)
  for (const [name, text] of block.files) {
    mkdirSync(dirname(join(place, name)), { recursive: true })
    writeFileSync(join(place, name), text)
  }
  mkdirSync(place, { recursive: true })
  const entry = join(place, `block.${block.lang}`)
  // Tests in the documentation run under vitest, everything else as a program.
  const isTest = block.code.includes("from 'vitest'")
  const last = isTest ? '' : 'await globalThis.blockHasRun()'
  writeFileSync(entry, [block.setup, block.code, block.then, last].join('\n'))
  if (isTest) writeFileSync(join(place, 'vitest.config.mjs'), 'export default {}')
  const outfile = join(place, isTest ? 'out.test.mjs' : 'out.mjs')
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
  const preload = new URL('run-block.mjs', import.meta.url).href
  const args = isTest
    ? [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', place]
    : ['--import', preload, outfile]
  await promisify(execFile)(process.execPath, args, { cwd: place, timeout: 50_000 })
}

describe('code blocks run', () => {
  const programs = blocks.filter((block) => ['js', 'ts'].includes(block.lang))
  test.each(programs.map((block) => [`${block.page}:${block.line}`, block] as const))(
    '%s',
    async (_, block) => {
      await run(block)
    }
  )
})

describe('command lines name what exists', () => {
  const scripts = (path: string): Record<string, string> =>
    (
      JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as {
        scripts: Record<string, string>
      }
    ).scripts
  const help = readFileSync(join(root, 'codemods/cli.ts'), 'utf8')

  /** What is wrong with a command, or undefined. */
  function fault(command: string): string | undefined {
    const words = command.split(/\s+/)
    const [program, verb] = words
    if (program === 'npm' && ['ci', 'install', 'test', 'init'].includes(verb!)) return undefined
    if (program === 'npm' && verb === 'run') {
      const prefix = words.includes('--prefix') ? words[words.indexOf('--prefix') + 1]! : '.'
      return scripts(prefix)[words[2]!] === undefined ? `no script ${words[2]}` : undefined
    }
    if (program === 'bash') return existsSync(join(root, verb!)) ? undefined : `no file ${verb}`
    if (program === 'npx' && verb === 'fh-migrate') {
      return words
        .filter((word) => /^--\w/.test(word))
        .map((flag) => flag.split('=')[0]!)
        .filter((flag) => !new RegExp(`${flag}\\b`).test(help))
        .map((flag) => `no option ${flag}`)[0]
    }
    const known = [
      '[',
      'npx',
      'cd',
      'curl',
      'git',
      'node',
      'apt-get',
      'sudo',
      'mkdir',
      'cp',
      'echo',
    ]
    return known.includes(program!) || /^[A-Z_]+=/.test(program!) ? undefined : 'unknown program'
  }

  const lines = blocks
    .filter((block) => block.lang === 'sh')
    .flatMap((block) => block.code.split('\n').map((line) => [block, line] as const))
    .filter(([, line]) => line.trim() !== '' && !line.startsWith('#'))
  test.each(lines.map(([block, line]) => [`${block.page}: ${line}`, line] as const))(
    '%s',
    (_, line) => {
      const commands = line.replace(/\s#.*/, '').split(/&&|\|\|?/)
      expect(commands.map((command) => fault(command.trim())).filter(Boolean)).toEqual([])
    }
  )
})
