import fs from 'node:fs'
import path from 'node:path'
import { UsageError } from './usage-error.js'

export interface RunOptions {
  dryRun?: boolean
  check?: boolean
  /** Write the changes; the default unless one of the previews is asked for. */
  write?: boolean
  interactive?: boolean
  force?: boolean
  exact?: boolean
  color?: boolean
  report: 'text' | 'json' | 'html'
  /** Where the report goes instead of standard output. */
  output?: string
  /** A file that keeps the figures of every run. */
  history?: string
  patch?: string
  only?: string
  routes?: string
  /** 1: only adapt. 2: convert, and drop adapt where it is no longer needed. 3: also drop packages that nothing imports. */
  stage?: number
  /** A command that must succeed before and after. */
  verify?: string
  tsconfig?: string
  /** Most worker threads. */
  jobs?: number
  /** Such as `1/4`: the first of four parts. */
  shard?: string
  ignore: string[]
}

/** Pairs of options that ask for opposite things. */
const CONFLICTS: readonly (readonly [keyof RunOptions, keyof RunOptions])[] = [
  ['write', 'dryRun'],
  ['write', 'check'],
  ['interactive', 'dryRun'],
  ['interactive', 'check'],
  ['interactive', 'patch'],
  ['interactive', 'verify'],
  ['verify', 'dryRun'],
  ['verify', 'check'],
  ['verify', 'patch'],
  ['history', 'shard'],
]

/**
 * @throws UsageError `FH_MIGRATE_CONFLICT` for options that exclude each other,
 *   `FH_MIGRATE_NO_TSCONFIG` for a tsconfig that is not there
 */
export function checkOptions(options: RunOptions): void {
  for (const [first, second] of CONFLICTS) {
    if (isSet(options[first]) && isSet(options[second])) {
      throw new UsageError(
        'FH_MIGRATE_CONFLICT',
        `${flag(first)} and ${flag(second)} exclude each other`
      )
    }
  }
  if (options.tsconfig !== undefined && !fs.existsSync(options.tsconfig)) {
    throw new UsageError('FH_MIGRATE_NO_TSCONFIG', `no such file: ${options.tsconfig}`)
  }
}

/** Whether the sources are left as they are. */
export function isPreview(options: RunOptions): boolean {
  if (options.dryRun === true || options.check === true) return true
  return options.patch !== undefined && options.write !== true
}

export function tsconfigOf(options: { tsconfig?: string }): string | undefined {
  return options.tsconfig === undefined ? undefined : path.resolve(options.tsconfig)
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== false
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
