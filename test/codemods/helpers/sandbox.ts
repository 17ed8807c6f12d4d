import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** A temporary folder whose node_modules holds a fresh build of fasthttp. */
export interface Sandbox {
  folder: string
  /** Copies a folder of the repository into the sandbox, without its own node_modules. */
  copy(from: string, name: string): string
  remove(): void
}

const ENTRIES = {
  index: 'src/index.ts',
  adaptor: 'adaptor/index.ts',
  router: 'src/features/router/index.ts',
  compat: 'src/features/compat/index.ts',
}

export async function createSandbox(): Promise<Sandbox> {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fh-migrate-'))
  const modules = path.join(folder, 'node_modules')
  linkModules(modules)
  await buildPackage(path.join(modules, 'fasthttp'))
  return {
    folder,
    copy: (from, name) => {
      const target = path.join(folder, name)
      fs.cpSync(path.join(ROOT, from), target, {
        recursive: true,
        filter: (file) => path.basename(file) !== 'node_modules',
      })
      return target
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  }
}

function linkModules(target: string): void {
  const source = path.join(ROOT, 'node_modules')
  fs.mkdirSync(target)
  for (const name of fs.readdirSync(source)) {
    if (name === 'fasthttp') continue
    // Caches and temporary files of tools must not be shared.
    if (name.startsWith('.') && name !== '.bin') continue
    fs.symlinkSync(path.join(source, name), path.join(target, name))
  }
}

async function buildPackage(target: string): Promise<void> {
  await build({
    config: false,
    entry: ENTRIES,
    outDir: path.join(target, 'dist'),
    format: ['esm', 'cjs'],
    target: 'node20',
    splitting: true,
    dts: false,
    silent: true,
    sourcemap: 'inline',
  })
  fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(target, 'package.json'))
}
