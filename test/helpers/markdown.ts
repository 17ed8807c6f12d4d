import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { entry } from '../../tsup.config.js'

/** A fenced code block of a page, with what hidden comments above it add. */
export interface CodeBlock {
  /** Path from the root of the project. */
  page: string
  /** Line of the opening fence, counted from 1. */
  line: number
  lang: string
  code: string
  /** From `<!-- setup ... -->` above the block: code that runs before it. */
  setup: string
  /** From `<!-- then ... -->` above the block: code that runs after it. */
  then: string
  /** From `<!-- file NAME ... -->` above the block: modules beside it. */
  files: Map<string, string>
}

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Paths from the root of all Markdown pages below `folder`. */
export function pagesBelow(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => relative(root, join(root, folder, name)))
    .sort()
}

const COMMENT = /<!-- (setup|then|file (\S+))\n((?:(?!<!--)[\s\S])*?)-->\s*$/

/** Where the names that examples import lead to in this project, for bundlers. */
export const sources: Record<string, string> = {
  'fh-migrate': join(root, 'codemods/index.ts'),
  'eslint-plugin-fasthttp': join(root, 'codemods/eslint-plugin/index.ts'),
}
for (const [name, path] of Object.entries(entry)) {
  sources[name === 'index' ? 'fasthttp' : `fasthttp/${name}`] = join(root, path)
}

/** All fenced blocks of a page in order, or those behind the line `after`. */
export function codeBlocks(page: string, after = ''): CodeBlock[] {
  const text = readFileSync(join(root, page), 'utf8')
  const start = text.indexOf(after)
  const blocks: CodeBlock[] = []
  for (const match of text.matchAll(/^( *)```(\w+)[^\n]*\n([\s\S]*?)^ *```$/gm)) {
    if (match.index < start) continue
    const block: CodeBlock = {
      page,
      line: text.slice(0, match.index).split('\n').length,
      lang: match[2]!,
      code: match[3]!.replaceAll(new RegExp(`^${match[1]}`, 'gm'), ''),
      setup: '',
      then: '',
      files: new Map(),
    }
    let above = text.slice(0, match.index)
    for (;;) {
      const comment = COMMENT.exec(above)
      if (comment === null) break
      if (comment[2] !== undefined) block.files.set(comment[2], comment[3]!)
      else block[comment[1] as 'setup' | 'then'] = comment[3]!
      above = above.slice(0, comment.index)
    }
    blocks.push(block)
  }
  return blocks
}
