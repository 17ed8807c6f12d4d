import fs from 'node:fs'
import path from 'node:path'
import type { ExpressVersion } from '../core/migrate.js'
import type { SourceInput } from '../core/workspace.js'

/** What the nearest folder above a file says, up to the root; each folder is asked once. */
abstract class Surroundings<T> {
  readonly #root: string
  readonly #nearest = new Map<string, T | undefined>()

  constructor(root: string) {
    this.#root = root
  }

  of(file: string): T | undefined {
    return this.#above(path.dirname(file))
  }

  /** What applies to most of the files a run may edit. */
  ofMost(inputs: readonly SourceInput[]): T | undefined {
    const counts = new Map<T | undefined, number>()
    for (const input of inputs) {
      const value = this.of(input.path)
      counts.set(value, (counts.get(value) ?? 0) + (input.readonly === true ? 0.001 : 1))
    }
    return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))[0]
  }

  /** What a folder says by itself. */
  protected abstract inFolder(folder: string): T | undefined

  #above(folder: string): T | undefined {
    if (this.#nearest.has(folder)) return this.#nearest.get(folder)
    const above = path.dirname(folder)
    const isTop = folder === this.#root || above === folder
    const found = this.inFolder(folder) ?? (isTop ? undefined : this.#above(above))
    this.#nearest.set(folder, found)
    return found
  }
}

/** The tsconfig.json that applies to a file: the given one, or the nearest up to the root. */
export class Configs extends Surroundings<string> {
  readonly #given: string | undefined

  constructor(root: string, given: string | undefined) {
    super(root)
    this.#given = given
  }

  override of(file: string): string | undefined {
    return this.#given ?? super.of(file)
  }

  protected override inFolder(folder: string): string | undefined {
    const file = path.join(folder, 'tsconfig.json')
    return fs.existsSync(file) ? file : undefined
  }
}

interface Manifest {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** The major version of Express that the nearest package.json which names it asks for. */
export class ExpressVersions extends Surroundings<ExpressVersion> {
  /** Files of folders that do not name Express do not say which version others use. */
  override ofMost(inputs: readonly SourceInput[]): ExpressVersion | undefined {
    const asking = inputs.filter((each) => this.of(each.path) !== undefined)
    return asking.length === 0 ? undefined : super.ofMost(asking)
  }

  protected override inFolder(folder: string): ExpressVersion | undefined {
    const file = path.join(folder, 'package.json')
    if (!fs.existsSync(file)) return undefined
    const manifest = parse(fs.readFileSync(file, 'utf8'))
    const range =
      manifest?.dependencies?.['express'] ??
      manifest?.peerDependencies?.['express'] ??
      manifest?.devDependencies?.['express']
    const major = /\d+/.exec(range ?? '')?.[0]
    return major === '4' || major === '5' ? (Number(major) as ExpressVersion) : undefined
  }
}

function parse(text: string): Manifest | undefined {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Manifest
  } catch {
    return undefined
  }
}
