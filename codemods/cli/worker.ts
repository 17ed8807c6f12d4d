import { parentPort } from 'node:worker_threads'
import { migrateUnit, type Request } from './migrate-unit.js'
import type { Unit } from './units.js'

parentPort!.on('message', ({ unit, request }: { unit: Unit; request: Request }) => {
  parentPort!.postMessage(migrateUnit(unit, request))
})
