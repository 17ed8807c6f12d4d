import fs from 'node:fs'
import path from 'node:path'
import { migrate, type MigrationResult } from '../../../codemods/index.js'
import { parseLine, type Line } from './exchange.js'
import { ROOT } from './sandbox.js'

/**
 * A small file that says at its top what must become of it, and which requests prove that it
 * still means the same:
 *
 *     // native
 *     // row: route
 *     // GET /users/7
 */
export interface Fixture {
  name: string
  file: string
  text: string
  /** `mixed`: some handlers become native and some stay. */
  verdict: 'native' | 'mixed' | 'adapted' | 'untouched'
  /** A part of the reason the report must give. */
  reason: string | undefined
  /** Rows of the conversion table that are seen at work here without an edit of their own. */
  rows: string[]
  /** Texts the result must contain. */
  expected: string[]
  lines: Line[]
}

export function readFixtures(folder: string): Fixture[] {
  const full = path.join(ROOT, 'fixtures/codemods', folder)
  return fs
    .readdirSync(full)
    .sort()
    .map((name) => readFixture(path.join(full, name)))
}

function readFixture(file: string): Fixture {
  const text = fs.readFileSync(file, 'utf8')
  const head = /^(?:\/\/.*\n)*/
    .exec(text)![0]
    .split('\n')
    .map((line) => line.replace(/^\/\/ ?/, ''))
  const match = /^(native|mixed|adapted|untouched)(?:: (.*))?$/.exec(head[0] ?? '')
  if (match === null) throw new Error(`${file}: the first line must give a verdict`)
  const rest = head.slice(1).filter((line) => line !== '')
  return {
    name: path.basename(file),
    file,
    text,
    verdict: match[1] as Fixture['verdict'],
    reason: match[2],
    rows: rest.flatMap((line) => /^row: (.*)$/.exec(line)?.[1]!.split(', ') ?? []),
    expected: rest.filter((line) => line.startsWith('-> ')).map((line) => line.slice(3)),
    lines: rest.filter((line) => /^[A-Z]+ \//.test(line)).map(parseLine),
  }
}

export function migrateText(file: string, text: string, exact = false): MigrationResult {
  return migrate([{ path: file, text }], { exact, express: isOfExpress4(file) ? 4 : undefined })
}

/** Whether a fixture is written for Express 4. */
export function isOfExpress4(file: string): boolean {
  return path.basename(path.dirname(file)) === 'express4'
}

export function resultText(result: MigrationResult, text: string): string {
  return result.changes[0]?.after ?? text
}
