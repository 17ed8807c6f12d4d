import { Command, InvalidArgumentError, Option } from 'commander'
import { EXIT_FAILED, run } from './cli/run.js'
import type { RunOptions } from './cli/options.js'
import { status, type StatusOptions } from './cli/status.js'
import { UsageError } from './cli/usage-error.js'
import { markdownTable } from './report/table.js'

const output = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  input: process.stdin,
  terminal: process.stderr.isTTY,
}

const EXIT_CODES = `
Exit codes:
  0  done, or nothing to do
  1  failed, or --check found something to change
  2  done, and some handlers are left to do by hand, or some files do not parse`

const program = new Command('fh-migrate')
  .description(
    'Moves node:http and Express code onto fasthttp. What it cannot prove it adapts and marks.'
  )
  // Otherwise the options of a subcommand would be taken for ours.
  .enablePositionalOptions()
  .argument('[paths...]', 'files and folders to migrate', ['.'])
  .optionsGroup('What to write:')
  .option('--write', 'write the changes (the default)')
  .option('--dry-run', 'show the changes as a diff and write nothing')
  .option('--check', 'write nothing; exit code 1 when something would change')
  .option('--patch <file>', 'write the changes to a patch file instead of the sources')
  .option('-i, --interactive', 'show the diff of each file and ask: y, n, a (all), q (quit)')
  .option('--force', 'run even when files have uncommitted changes')
  .option(
    '--verify <command>',
    'run the tests before and after, and leave out files that break them'
  )
  .optionsGroup('What to convert:')
  .addOption(
    new Option(
      '--stage <n>',
      '1 adapts everything, 2 converts (the default), 3 also drops packages no longer used'
    )
      .choices(['1', '2', '3'])
      .argParser(stage)
  )
  .option('--only <kinds>', 'only these: routes, middleware, errors, params, servers')
  .option('--routes <glob>', 'only routes whose path matches, such as "/users/**"')
  .option('--ignore <glob>', 'leave these files alone (may be repeated)', collect, [])
  .option('--exact', 'choose the byte-for-byte form of every conversion')
  .option('--tsconfig <file>', 'tsconfig.json whose paths name modules; by default the nearest')
  .optionsGroup('Large projects:')
  .option('--jobs <n>', 'most worker threads; by default as many as the work is worth', count)
  .option('--shard <i/n>', 'only one of n parts, for runs on several machines')
  .optionsGroup('Reports:')
  .addOption(
    new Option('--report <format>', 'format of the report')
      .choices(['text', 'json', 'html'])
      .default('text')
  )
  .option('--output <file>', 'write the report to a file')
  .option('--history <file>', 'keep the figures of each run in a JSON file, for the progress chart')
  .option('--no-color', 'plain output')
  .option('--print-table', 'print the conversion table as Markdown')
  .addHelpText('after', EXIT_CODES)
  .action(async (paths: string[], options: RunOptions & { printTable?: boolean }) => {
    const { color, ...rest } = options
    // Without --no-color it depends on the terminal and on NO_COLOR.
    const chosen = color === false ? { ...rest, color } : rest
    if (options.printTable === true) output.out(markdownTable())
    else process.exitCode = await run(paths, chosen, output)
  })

program
  .command('status')
  .description('show how far the migration has come')
  .argument('[paths...]', 'files and folders', ['.'])
  .option('--ignore <glob>', 'leave these files alone (may be repeated)', collect, [])
  .option('--tsconfig <file>', 'tsconfig.json whose paths name modules; by default the nearest')
  .option('--history <file>', 'keep the figures of each run in a JSON file')
  .action(async (paths: string[], options: StatusOptions) => {
    output.out(await status(paths, options))
  })

// A reader such as `head` that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  output.err(`fh-migrate: ${error.message} (${error.code})\n`)
  process.exitCode = EXIT_FAILED
}

function collect(value: string, list: string[]): string[] {
  return [...list, value]
}

function stage(value: string): number {
  if (!/^[123]$/.test(value)) throw new InvalidArgumentError('It is 1, 2 or 3.')
  return Number(value)
}

function count(value: string): number {
  if (!/^[1-9]\d{0,2}$/.test(value)) throw new InvalidArgumentError('It is a number from 1 to 999.')
  return Number(value)
}
