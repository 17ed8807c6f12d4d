import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import plugin, { rules } from '../../../codemods/eslint-plugin/index.js'
import { lint } from './helpers/lint.js'

interface Example {
  readonly language: 'js' | 'ts'
  readonly code: string
}

const PLUGIN = 'codemods/eslint-plugin'
const names = Object.keys(rules).sort()
const page = (name: string): string => readFileSync(`docs/rules/${name}.md`, 'utf8')

function examples(markdown: string, section: 'Bad' | 'Good'): Example[] {
  const body = markdown.split(/^## /m).find((part) => part.startsWith(section)) ?? ''
  return [...body.matchAll(/```(js|ts)\n([\s\S]*?)```/g)].map(([, language, code = '']) => ({
    language: language as 'js' | 'ts',
    code,
  }))
}

const everything = { ...plugin.configs.strict.rules, ...plugin.configs.migration.rules }

it('has one page and one test for each rule', () => {
  const pages = readdirSync('docs/rules').map((file) => file.replace('.md', ''))
  expect(pages.filter((name) => name !== 'index').sort()).toEqual(names)
  for (const name of names) {
    expect(existsSync(`test/codemods/eslint-plugin/rules/${name}.test.ts`), name).toBe(true)
  }
})

it('lists each rule with its preset in the table', () => {
  const rows = [...page('index').matchAll(/^\| \[([\w-]+)\].*\| (\w+) \| ([\w ]+) \|$/gm)]
  expect(rows.map(([, name]) => name)).toEqual(names)
  for (const [, name = '', preset = '', mends] of rows) {
    expect(plugin.configs[preset as 'strict'].rules, name).toHaveProperty(`fasthttp/${name}`)
    const { meta } = rules[name as keyof typeof rules]
    expect(mends, name).toBe(meta.fixable ? 'fix and suggestions' : 'suggestions')
    expect(meta.docs?.url, name).toBe(pathToFileURL(`${PLUGIN}/dist/docs/rules/${name}.md`).href)
  }
})

describe.each(names)('%s', (name) => {
  const markdown = page(name)

  it('says its description', () => {
    const description = rules[name as keyof typeof rules].meta.docs?.description ?? ''
    expect(markdown.replaceAll('`', '')).toContain(`# ${name}\n\n${description}.`)
  })

  it('has all sections', () => {
    const sections = [...markdown.matchAll(/^## (.+)$/gm)].map(([, title]) => title)
    expect(sections).toEqual(['Why', 'Bad', 'Good', 'Options', 'When not to use it'])
  })

  it.each(examples(markdown, 'Bad').map((one, index) => [index + 1, one] as const))(
    'reports bad example %d',
    (_, { code, language }) => {
      const messages = lint(code, language, { [`fasthttp/${name}`]: 'error' })
      expect(messages.map((message) => message.ruleId)).toContain(`fasthttp/${name}`)
    }
  )

  it.each(examples(markdown, 'Good').map((one, index) => [index + 1, one] as const))(
    'is silent on good example %d',
    (_, { code, language }) => {
      expect(lint(code, language, everything as never)).toEqual([])
    }
  )
})
