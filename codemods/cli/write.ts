import fs from 'node:fs'
import path from 'node:path'

/** Writes a file whole or not at all: a temporary file beside it takes its place. */
export function writeAtomically(file: string, text: string): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.fh-tmp`)
  const { mode } = fs.statSync(file)
  try {
    fs.writeFileSync(temporary, text, { mode })
    fs.renameSync(temporary, file)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
}
