import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { migrate } from '../../codemods/index.js'
import { ROOT } from './helpers/sandbox.js'

const FOLDER = path.join(ROOT, 'docs/codemods')
const BLOCK = /^```(js|ts)\n([^]*?)^```/gm
const PAIR = /^\/\/ before\n([^]*?)\n\/\/ after\n([^]*)$/
const MARK = '// the page\n'

/** What stands around the code of a page. */
const AROUND = {
  js: `const express = require('express')
const http = require('http')
const fs = require('fs')
const helmet = require('helmet')
const { adapt } = require('fasthttp/adaptor')
const file = 'a.txt'
class Unauthorized extends Error {}
${MARK}`,
  ts: `import express, { type RequestHandler, type Response } from 'express'
${MARK}`,
}

interface Pair {
  page: string
  language: 'js' | 'ts'
  before: string
  after: string
}

function pairsOf(page: string): Pair[] {
  const text = fs.readFileSync(path.join(FOLDER, page), 'utf8')
  return [...text.matchAll(BLOCK)].flatMap(([, language, code]) => {
    const [, before, after] = PAIR.exec(code!) ?? []
    return before === undefined ? [] : [{ page, language: language as 'js', before, after: after! }]
  })
}

const pairs = fs.readdirSync(FOLDER).flatMap(pairsOf)
const pagesWithPairs = new Set(pairs.map((each) => each.page))

/** Pages that show a fragment leave the app out. */
function complete({ language, before }: Pair): string {
  const app = /express\(\)|createServer/.test(before) ? '' : 'const app = express()\n'
  return AROUND[language].replace(MARK, app + MARK) + before
}

describe('what a page shows', () => {
  test.each(pairs.map((pair): [string, Pair] => [pair.page, pair]))('%s', (_, pair) => {
    const text = complete(pair)
    const { changes, dropped, problems } = migrate([{ path: `/page.${pair.language}`, text }])
    expect([dropped, problems]).toEqual([[], []])
    const after = changes[0]?.after ?? text
    expect(after.slice(after.indexOf(MARK) + MARK.length).trimEnd()).toBe(pair.after.trimEnd())
  })

  test('every page of a kind shows one', () => {
    const kinds = ['apps', 'helpers', 'late-answers', 'left', 'middleware', 'request', 'response']
    for (const kind of kinds) expect(pagesWithPairs).toContain(`${kind}.md`)
  })

  test('no block says before and after in a form that is not run', () => {
    for (const page of fs.readdirSync(FOLDER)) {
      const text = fs.readFileSync(path.join(FOLDER, page), 'utf8')
      const shown = [...text.matchAll(/^\/\/ (before|after)\b/gm)].length
      expect(shown, page).toBe(2 * pairs.filter((each) => each.page === page).length)
    }
  })
})
