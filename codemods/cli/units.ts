import { createHash } from 'node:crypto'
import path from 'node:path'
import { ts } from 'ts-morph'
import type { ExpressVersion } from '../core/migrate.js'
import { ModuleResolver, pathOptions, sourceName } from '../core/module-resolver.js'
import type { SourceInput } from '../core/workspace.js'
import type { SourceSet } from './sources.js'
import { Configs, ExpressVersions } from './surroundings.js'
import { UsageError } from './usage-error.js'

/**
 * Files that import one another, directly or through others: a handler, everything it calls and
 * everyone who calls it are always in one unit, so units can be migrated apart from each other.
 */
export interface Unit {
  /** The first of its paths, relative to the root. */
  name: string
  inputs: SourceInput[]
  /** Absolute path of the tsconfig.json whose `paths` name modules. */
  tsconfig: string | undefined
  /** The major version of Express that the package.json above its files asks for. */
  express: ExpressVersion | undefined
  /** Nothing in it imports an HTTP module: there is nothing to migrate, only syntax to check. */
  inert: boolean
}

const HTTP_MODULE = /^(node:)?https?$|express|connect|fasthttp|router/
const DOC_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
const INERT_BATCH = 400

/** Splits the sources into units, in the order of their names. */
export function unitsOf(set: SourceSet, tsconfig: string | undefined): Unit[] {
  const configs = new Configs(set.root, tsconfig)
  const versions = new ExpressVersions(set.root)
  const byName = new Map(set.inputs.map((each) => [sourceName(each.path), each]))
  const resolvers = new Map<string | undefined, ModuleResolver>()
  const groups = new Groups<SourceInput>(set.inputs)
  const http = new Set<SourceInput>()
  for (const input of set.inputs) {
    const config = configs.of(input.path)
    let resolver = resolvers.get(config)
    if (resolver === undefined) {
      resolver = new ModuleResolver((file) => byName.has(file), pathOptions(config))
      resolvers.set(config, resolver)
    }
    for (const specifier of specifiersOf(input.text)) {
      if (HTTP_MODULE.test(specifier)) http.add(input)
      const target = resolver.resolve(specifier, sourceName(input.path))?.resolvedFileName
      const imported = target === undefined ? undefined : byName.get(target)
      if (imported !== undefined) groups.join(input, imported)
    }
  }
  return groups
    .all()
    .map((inputs) => ({
      name: inputs
        .map((each) => path.relative(set.root, each.path).split(path.sep).join('/'))
        .reduce((first, each) => (each < first ? each : first)),
      inputs,
      tsconfig: configs.ofMost(inputs),
      express: versions.ofMost(inputs),
      inert: !inputs.some((each) => http.has(each)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The units of shard `i/n`. Which one a unit belongs to depends on its name alone. */
export function shardOf(units: readonly Unit[], shard: string): Unit[] {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(shard) ?? []
  const [i, n] = [Number(index), Number(count)]
  if (!(i >= 1 && i <= n)) {
    throw new UsageError('FH_MIGRATE_SHARD', `--shard takes 1/4 up to 4/4; there is no "${shard}"`)
  }
  return units.filter((unit) => hash(unit.name) % n === i - 1)
}

/** Puts units without anything to migrate together, so that they are parsed in a few batches. */
export function joinInert(units: readonly Unit[]): Unit[] {
  const inert = units.filter((each) => each.inert).flatMap((each) => each.inputs)
  const batches: Unit[] = []
  for (let at = 0; at < inert.length; at += INERT_BATCH) {
    const inputs = inert.slice(at, at + INERT_BATCH)
    batches.push({
      name: inputs[0]!.path,
      inputs,
      tsconfig: undefined,
      express: undefined,
      inert: true,
    })
  }
  return [...units.filter((each) => !each.inert), ...batches]
}

function specifiersOf(text: string): Set<string> {
  const { importedFiles, referencedFiles } = ts.preProcessFile(text, true, true)
  const names = [...importedFiles, ...referencedFiles].map((each) => each.fileName)
  for (const [, name] of text.matchAll(DOC_IMPORT)) names.push(name!)
  return new Set(names)
}

function hash(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0)
}

/** Disjoint sets, each in the order in which its members were given. */
class Groups<T> {
  readonly #parent: Map<T, T>

  constructor(members: Iterable<T>) {
    this.#parent = new Map([...members].map((each) => [each, each]))
  }

  join(first: T, second: T): void {
    this.#parent.set(this.#rootOf(first), this.#rootOf(second))
  }

  all(): T[][] {
    const lists = new Map<T, T[]>()
    for (const member of this.#parent.keys()) {
      const root = this.#rootOf(member)
      const list = lists.get(root)
      if (list === undefined) lists.set(root, [member])
      else list.push(member)
    }
    return [...lists.values()]
  }

  #rootOf(member: T): T {
    let at = member
    for (;;) {
      const parent = this.#parent.get(at)!
      if (parent === at) return at
      const above = this.#parent.get(parent)!
      this.#parent.set(at, above)
      at = above
    }
  }
}
