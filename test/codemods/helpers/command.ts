import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { build } from 'tsup'
import { ROOT } from './sandbox.js'

/** A fresh build of the command in a temporary folder, run as a process of its own. */
export class Command {
  readonly #folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fh-command-'))

  async build(): Promise<void> {
    const package_ = path.join(this.#folder, 'codemods')
    fs.mkdirSync(package_)
    fs.writeFileSync(path.join(package_, 'package.json'), '{ "type": "module" }')
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(this.#folder, 'node_modules'))
    const own = path.join(ROOT, 'codemods/node_modules')
    if (fs.existsSync(own)) fs.symlinkSync(own, path.join(package_, 'node_modules'))
    const manifest = JSON.parse(
      fs.readFileSync(path.join(ROOT, 'codemods/package.json'), 'utf8')
    ) as { dependencies: Record<string, string> }
    await build({
      config: false,
      entry: {
        cli: path.join(ROOT, 'codemods/cli.ts'),
        worker: path.join(ROOT, 'codemods/cli/worker.ts'),
      },
      outDir: path.join(package_, 'dist'),
      format: ['esm'],
      target: 'node20',
      splitting: true,
      dts: false,
      external: Object.keys(manifest.dependencies),
      silent: true,
    })
  }

  get file(): string {
    return path.join(this.#folder, 'codemods/dist/cli.js')
  }

  run(cwd: string, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(process.execPath, [this.file, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
    return new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (code) => resolve({ code, out, err }))
    })
  }

  remove(): void {
    fs.rmSync(this.#folder, { recursive: true, force: true })
  }
}
