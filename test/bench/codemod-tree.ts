import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Files of one service: one app, one router and one controller among code that knows no HTTP. */
const FILES_PER_SERVICE = 50
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

const NOUNS = (
  'account address basket booking branch budget campaign carrier category channel claim comment contract country coupon ' +
  'currency customer delivery deposit device discount dispute document employee event feature invoice journal label ledger ' +
  'licence location message order parcel partner payment permit picture policy portfolio product profile project quote ' +
  'receipt refund region report reward schedule segment shipment stock supplier survey ticket token tour voucher warehouse'
).split(' ')

/**
 * Writes a TypeScript tree that type-checks: services whose repositories, rules and mappers import
 * one another, each with a few Express handlers.
 *
 * @returns the number of files and lines written
 */
export function writeTree(
  folder: string,
  files: number,
  lines: number
): { files: number; lines: number } {
  // Apps, routers and controllers are short; the other files make up for them.
  const perFile = Math.max(40, Math.floor((lines / files) * 1.05))
  let written = 0
  let count = 0
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
    count++
    written += lineCount(text)
  }
  // One file that every service imports makes the whole tree one unit: no part can be left out.
  write('services/shared/errors.ts', SHARED)
  for (let service = 0; count < files; service++) {
    const size = Math.min(FILES_PER_SERVICE, files - count)
    const base = `services/service-${service}/src`
    const modules = Math.max(1, size - 3)
    for (let at = 0; at < modules; at++) {
      write(`${base}/${noun(at)}-rules.ts`, rulesFile(at, service, perFile))
    }
    if (size < 4) continue
    write(`${base}/controller.ts`, controllerFile(modules))
    write(`${base}/routes.ts`, ROUTES)
    write(`${base}/app.ts`, APP)
  }
  writeFileSync(join(folder, 'package.json'), '{ "name": "bench", "type": "module" }\n')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG, null, 2))
  symlinkSync(MODULES, join(folder, 'node_modules'))
  return { files: count, lines: written }
}

const SHARED = `export class NotFound extends Error {
  readonly status = 404
}
`

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    noEmit: true,
  },
  include: ['services'],
}

function lineCount(text: string): number {
  return text.split('\n').length - 1
}

function noun(at: number): string {
  const round = Math.floor(at / NOUNS.length)
  return NOUNS[at % NOUNS.length]! + (round === 0 ? '' : `-${round}`)
}

function typeName(at: number): string {
  return noun(at)
    .split('-')
    .map((part) => part[0]!.toUpperCase() + part.slice(1))
    .join('')
}

/** Rules about one thing, which look at the thing of the file before. */
function rulesFile(at: number, service: number, lines: number): string {
  const name = typeName(at)
  const parts: string[] = []
  if (at > 0) {
    parts.push(
      `import { price${typeName(at - 1)}, type ${typeName(at - 1)} } from './${noun(at - 1)}-rules.js'`
    )
  }
  parts.push(
    `
/** A ${noun(at)} as service ${service} keeps it. */
export interface ${name} {
  id: string
  title: string
  amount: number
  tags: string[]
  createdAt: Date
  parent?: ${name}${at > 0 ? `\n  origin?: ${typeName(at - 1)}` : ''}
}

export function price${name}(value: ${name}, rate: number): number {
  const own = Math.round(value.amount * rate * 100) / 100
  ${at > 0 ? `return value.origin === undefined ? own : own + price${typeName(at - 1)}(value.origin, rate / 2)` : 'return own'}
}
`
  )
  const head = parts.join('\n')
  const count = Math.max(1, Math.round((lines - lineCount(head)) / lineCount(ruleText(name, 0))))
  return head + Array.from({ length: count }, (_, rule) => ruleText(name, rule)).join('')
}

function ruleText(name: string, rule: number): string {
  return `
export async function apply${name}Rule${rule}(
  values: readonly ${name}[],
  load: (id: string) => Promise<${name} | undefined>
): Promise<Map<string, ${name}>> {
  const result = new Map<string, ${name}>()
  for (const value of values) {
    const found = await load(value.id)
    if (found === undefined || found.amount < ${rule}) continue
    const tags = [...found.tags, ...value.tags].filter((tag, at, all) => all.indexOf(tag) === at)
    const amount = price${name}({ ...found, amount: found.amount + ${rule} }, 1.${rule})
    result.set(value.id, { ...found, tags, amount, title: value.title.trim() || found.title })
  }
  // What is cheaper than before keeps its place.
  return new Map([...result].sort(([, a], [, b]) => a.amount - b.amount))
}
`
}

function controllerFile(modules: number): string {
  const name = typeName(modules - 1)
  return `import type { NextFunction, Request, Response } from 'express'
import { NotFound } from '../../shared/errors.js'
import { apply${name}Rule0, type ${name} } from './${noun(modules - 1)}-rules.js'

const store = new Map<string, ${name}>()

export function list(req: Request, res: Response): void {
  const limit = Number(req.query.limit ?? 20)
  res.json([...store.values()].slice(0, limit))
}

export async function check(req: Request, res: Response, next: NextFunction): Promise<void> {
  try {
    const result = await apply${name}Rule0([...store.values()], async (id) => store.get(id))
    res.status(200).json([...result.keys()])
  } catch (error) {
    next(error)
  }
}

export function show(req: Request<{ id: string }>, res: Response): void {
  const found = store.get(req.params.id)
  if (found === undefined) throw new NotFound(\`no \${req.params.id}\`)
  res.set('X-Amount', String(found.amount)).json(found)
}
`
}

const ROUTES = `import { Router } from 'express'
import { check, list, show } from './controller.js'

const router = Router()
router.get('/', list)
router.post('/check', check)
router.get('/:id', show)

export default router
`

const APP = `import express from 'express'
import router from './routes.js'

const app = express()
app.use(express.json())
app.use('/things', router)
app.use((req, res) => {
  res.status(404).send('nothing here')
})

app.listen(Number(process.env.PORT ?? 3000))
`
