import fs from 'node:fs'
import { isUtf8 } from 'node:buffer'
import path from 'node:path'
import ignore, { type Ignore } from 'ignore'
import type { SourceInput, SyntaxProblem } from '../core/workspace.js'
import { UsageError } from './usage-error.js'

const SOURCE = /\.[cm]?[jt]sx?$/
const NOT_SOURCE = /\.d\.[cm]?ts$|\.min\.[cm]?js$|\.bundle\.js$/
const SKIPPED_FOLDERS = new Set(
  'node_modules bower_components dist build out coverage .git'.split(' ')
)
const TEST_FILE = /\.(test|spec|e2e|cy)\.[cm]?[jt]sx?$/
const TEST_FOLDER = /(^|\/)(tests?|__tests__|__mocks__|specs?|e2e|cypress)\//
const GENERATED = /@generated|DO NOT EDIT/
const IGNORE_FILES = ['.gitignore', '.fhignore']

export interface SourceSet {
  /** The folder of the nearest package.json, or the one above all given paths. */
  root: string
  inputs: SourceInput[]
  /** Files that are not UTF-8: read as context, and left as they are. */
  problems: SyntaxProblem[]
}

interface Rule {
  folder: string
  rules: Ignore
}

/**
 * Reads the sources to migrate, and as context the other sources of the same package: who else
 * calls a handler decides whether it may change.
 */
export function readSources(paths: readonly string[], ignored: readonly string[]): SourceSet {
  const targets = paths.map((each) => path.resolve(each))
  for (const target of targets) {
    if (!fs.existsSync(target)) {
      throw new UsageError(
        'FH_MIGRATE_NO_PATH',
        `no such file or folder: ${path.relative('.', target)}`
      )
    }
  }
  const roots = [...new Set(targets.map(packageRoot))]
  const extra = ignore().add([...ignored])
  const found = new Map<string, SourceInput>()
  for (const target of targets) collect(target, target, rulesAbove(target), found, false)
  const ignores = (from: string, file: string): boolean => {
    const relative = path.relative(from, file)
    return !relative.startsWith('..') && !path.isAbsolute(relative) && extra.ignores(relative)
  }
  for (const file of found.keys()) {
    if ([process.cwd(), ...roots].some((from) => ignores(from, file))) found.delete(file)
  }
  for (const root of roots) collect(root, root, rulesAbove(root), found, true)
  const inputs = [...found.values()]
  return { root: roots.reduce(commonFolder), inputs, problems: inputs.flatMap(notUtf8) }
}

function commonFolder(first: string, second: string): string {
  let at = first
  while (at !== second && !second.startsWith(at.endsWith(path.sep) ? at : at + path.sep)) {
    at = path.dirname(at)
  }
  return at
}

/** The folder of the nearest package.json, not looked for outside of the git repository. */
function packageRoot(target: string): string {
  const start = fs.statSync(target).isDirectory() ? target : path.dirname(target)
  for (let at = start; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, 'package.json'))) return at
    if (fs.existsSync(path.join(at, '.git')) || path.dirname(at) === at) return start
  }
}

function collect(
  target: string,
  root: string,
  rules: Rule[],
  found: Map<string, SourceInput>,
  readonly: boolean
): void {
  const stat = fs.lstatSync(target)
  // A link can lead out of the given folders, or in circles.
  if (stat.isSymbolicLink()) return
  if (!stat.isDirectory()) {
    if (isSource(target) && !found.has(target)) addSource(target, root, found, readonly)
    return
  }
  const own = [...rules, ...rulesIn(target)]
  for (const entry of fs.readdirSync(target, { withFileTypes: true })) {
    const full = path.join(target, entry.name)
    if (entry.isDirectory() && SKIPPED_FOLDERS.has(entry.name)) continue
    if (isIgnored(full, entry.isDirectory(), own)) continue
    if (entry.isDirectory() || isSource(full)) collect(full, root, own, found, readonly)
  }
}

function isSource(file: string): boolean {
  if (path.extname(file) === '') return isNodeScript(file)
  return SOURCE.test(file) && !NOT_SOURCE.test(file)
}

/** A script such as `bin/www`: no extension, but a first line that names node. */
function isNodeScript(file: string): boolean {
  if (!fs.lstatSync(file).isFile()) return false
  const descriptor = fs.openSync(file, 'r')
  try {
    const head = Buffer.alloc(64)
    fs.readSync(descriptor, head, 0, head.length, 0)
    return /^#!.*\bnode\b/.test(head.toString('latin1'))
  } finally {
    fs.closeSync(descriptor)
  }
}

function addSource(
  file: string,
  root: string,
  found: Map<string, SourceInput>,
  readonly: boolean
): void {
  const bytes = fs.readFileSync(file)
  const text = bytes.toString()
  const head = text.slice(0, 400)
  const inTests = TEST_FILE.test(file) || TEST_FOLDER.test(path.relative(root, file))
  found.set(file, {
    path: file,
    text,
    readonly: readonly || inTests || GENERATED.test(head) || !isUtf8(bytes),
  })
}

/** Where a file holds what UTF-8 cannot: written again, these bytes would be lost. */
function notUtf8({ path: file, text }: SourceInput): SyntaxProblem[] {
  const at = text.indexOf('\uFFFD')
  if (at === -1 || isUtf8(fs.readFileSync(file))) return []
  const lines = text.slice(0, at).split('\n')
  const column = lines.at(-1)!.length + 1
  return [{ path: file, line: lines.length, column, message: 'The file is not UTF-8.' }]
}

function rulesIn(folder: string): Rule[] {
  return IGNORE_FILES.flatMap((name) => {
    const file = path.join(folder, name)
    if (!fs.existsSync(file)) return []
    return [{ folder, rules: ignore().add(fs.readFileSync(file, 'utf8')) }]
  })
}

/** Ignore files of the folders above, up to the root of the git repository. */
function rulesAbove(target: string): Rule[] {
  const rules: Rule[] = []
  let at = path.dirname(target)
  while (!fs.existsSync(path.join(at, '.git')) && path.dirname(at) !== at) at = path.dirname(at)
  if (!fs.existsSync(path.join(at, '.git'))) return []
  for (const part of path.relative(at, target).split(path.sep).slice(0, -1)) {
    rules.push(...rulesIn(at))
    at = path.join(at, part)
  }
  if (at !== target) rules.push(...rulesIn(at))
  // A folder that is named on the command line is meant, even when it is ignored.
  const isDirectory = fs.statSync(target).isDirectory()
  return target !== at && isIgnored(target, isDirectory, rules) ? [] : rules
}

function isIgnored(full: string, isDirectory: boolean, rules: Rule[]): boolean {
  return rules.some(({ folder, rules: each }) => {
    const relative = path.relative(folder, full).split(path.sep).join('/')
    return each.ignores(isDirectory ? `${relative}/` : relative)
  })
}
