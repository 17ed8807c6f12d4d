import { Command, Option } from 'commander'
import { EXIT_FAILED, run, type RunOptions } from './cli/run.js'
import { UsageError } from './cli/sources.js'
import { status } from './cli/status.js'
import { markdownTable } from './report/table.js'

const output = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
}

const program = new Command('fh-migrate')
  .description(
    'Moves node:http and Express code onto fasthttp. What it cannot prove it adapts and marks.'
  )
  .argument('[paths...]', 'files and folders to migrate', ['.'])
  .option('--dry-run', 'show the changes as a diff and write nothing')
  .option('--check', 'write nothing; exit code 1 when something would change')
  .option('--force', 'run even when files have uncommitted changes')
  .option('--exact', 'choose the byte-for-byte form of every conversion')
  .option('--ignore <glob>', 'leave these files alone (may be repeated)', collect, [])
  .option('--tsconfig <file>', 'tsconfig.json whose paths name modules')
  .option('--patch <file>', 'write the changes to a patch file instead of the sources')
  .option('--only <groups>', 'only these: routes, middleware, errors, params, servers')
  .option('--routes <glob>', 'only routes whose path matches, such as "/users/**"')
  .option(
    '--verify <command>',
    'run the tests before and after, and leave out files that break them'
  )
  .addOption(
    new Option('--stage <n>', '1 adapts everything, 2 converts, 3 drops adapt where it can')
      .choices(['1', '2', '3'])
      .argParser(Number)
  )
  .option('--print-table', 'print the conversion table as Markdown')
  .option('--no-color', 'plain output')
  .addOption(
    new Option('--report <format>', 'format of the report')
      .choices(['text', 'json', 'html'])
      .default('text')
  )
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 some handlers are left to do by hand.')
  .action((paths: string[], options: RunOptions & { printTable?: boolean }) => {
    if (options.printTable === true) output.out(markdownTable())
    else process.exitCode = run(paths, options, output)
  })

program
  .command('status')
  .description('show how far the migration has come')
  .argument('[paths...]', 'files and folders', ['.'])
  .option('--tsconfig <file>', 'tsconfig.json whose paths name modules')
  .action((paths: string[], options: { tsconfig?: string }) => {
    output.out(status(paths, options.tsconfig))
  })

try {
  program.parse()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  output.err(`fh-migrate: ${error.message} (${error.code})\n`)
  process.exitCode = EXIT_FAILED
}

function collect(value: string, list: string[]): string[] {
  return [...list, value]
}
