import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Served, type Transport } from '../helpers/raw-client.js'
import { wireExamples, type WireExample } from '../helpers/wire-fixtures.js'
import {
  expected,
  MAX_BYTEWISE,
  runExample,
  splits,
  witnessOptions,
  type Outcome,
  type Witness,
} from './run-example.js'

const LONG = process.env['FASTHTTP_TEST_LONG'] === '1'

/**
 * Runs every wire example over `transport`: whole, byte by byte and split at every offset, with a sync and an async handler.
 *
 * @param stride - splits only at every n-th offset, unless FASTHTTP_TEST_LONG=1: for transports where a connection costs much
 */
export function wireSuite(transport: Transport, stride = 1): void {
  const examples = wireExamples()

  describe.each(['sync', 'async'] as const)('%s handler', (style) => {
    const witness: Witness = { seen: [], peek: () => undefined }
    let served: Served
    beforeAll(async () => (served = await serve(witnessOptions(witness, style), transport)))
    afterAll(() => served.close())

    const run = async (example: WireExample, parts: string[]): Promise<Outcome> =>
      runExample(await served.connect(), witness, example, parts)

    describe.each(groups(examples))('%s', (_file, group) => {
      test.each(group.map((example) => [example.title, example] as const))(
        '%s',
        async (_title, example) => {
          const { raw } = example
          expect(await run(example, [raw]), 'whole').toEqual(expected(example))
          if (raw.length <= MAX_BYTEWISE) {
            expect(await run(example, [...raw]), 'byte by byte').toEqual(expected(example))
          }
          for (const [i, at] of splits(raw).entries()) {
            if (i % stride !== 0 && !LONG) continue
            const parts = [raw.slice(0, at), raw.slice(at)]
            expect(await run(example, parts), `split at ${at}`).toEqual(expected(example))
          }
        }
      )
    })
  })
}

function groups(examples: WireExample[]): [file: string, group: WireExample[]][] {
  const files = new Map<string, WireExample[]>()
  for (const example of examples) {
    const group = files.get(example.file) ?? []
    group.push(example)
    files.set(example.file, group)
  }
  return [...files]
}
