import { RuleTester as TypeScriptTester } from '@typescript-eslint/rule-tester'
import { RuleTester as Tester10 } from 'eslint'
import { RuleTester as Tester9 } from 'eslint9'
import { afterAll, describe, it } from 'vitest'
import { rules } from '../../../../codemods/eslint-plugin/index.js'

for (const tester of [TypeScriptTester, Tester10, Tester9] as any[]) {
  tester.afterAll = afterAll
  tester.describe = describe
  tester.it = it
}

export interface Valid {
  readonly code: string
  /** Needs the parser of typescript-eslint. */
  readonly ts?: true
  readonly options?: any
  readonly settings?: any
}

export interface Invalid extends Valid {
  readonly errors: any[]
  readonly output?: string | null
}

const plain = ({ ts, options, ...rest }: any): any => ({
  ...rest,
  filename: ts ? 'file.ts' : 'file.js',
  ...(options ? { options: [options] } : {}),
})

const MAJORS: readonly (readonly [string, any])[] = [
  ['ESLint 10, espree', Tester10],
  ['ESLint 9, espree', Tester9],
]

/** Runs the cases of a rule with both parsers and both majors of ESLint. */
export function testRule(
  name: keyof typeof rules,
  cases: { valid: readonly Valid[]; invalid: readonly Invalid[] }
): void {
  const rule: any = rules[name]
  describe('typescript-eslint', () => {
    new TypeScriptTester().run(name, rule, {
      valid: cases.valid.map(plain),
      invalid: cases.invalid.map(plain),
    })
  })
  describe.each(MAJORS)('%s', (_, Tester) => {
    new Tester().run(name, rule, {
      valid: cases.valid.filter((one) => !one.ts).map(plain),
      invalid: cases.invalid.filter((one) => !one.ts).map(plain),
    })
  })
}

/** A handler around some statements. */
export const handler = (body: string, { isAsync = false, extra = '' } = {}): string =>
  `import { serve } from 'fasthttp'\n${extra}serve(listener, ${isAsync ? 'async ' : ''}(ctx) => {\n${body}\n})\n`
