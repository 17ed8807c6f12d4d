import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './sandbox.js'

const execute = promisify(execFile)

/** Where the types of this package come from: its sources, so that no build is needed. */
const PATHS = {
  fasthttp: [path.join(ROOT, 'src/index.ts')],
  'fasthttp/adaptor': [path.join(ROOT, 'adaptor/index.ts')],
  'fasthttp/router': [path.join(ROOT, 'src/features/router/index.ts')],
  'fasthttp/compat': [path.join(ROOT, 'src/features/compat/index.ts')],
}

/** What `tsc` says about the files of an app that has a tsconfig.json of its own. */
export async function typeErrors(folder: string): Promise<string[]> {
  const config = path.join(folder, 'tsconfig.check.json')
  const compilerOptions = { noEmit: true, paths: PATHS, rootDir: '/' }
  fs.writeFileSync(config, JSON.stringify({ extends: './tsconfig.json', compilerOptions }))
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', config, '--pretty', 'false']
  // tsc tells of errors by its exit code and prints them.
  const { stdout } = await execute(process.execPath, args, { cwd: folder }).catch(
    (error: { stdout: string }) => error
  )
  fs.rmSync(config)
  // Sources outside of the app are checked with options that are not theirs.
  return stdout.split('\n').filter((line) => /^[^.\s].*error TS/.test(line))
}
