import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { Linter as Linter9 } from 'eslint9'
import plugin from '../../../../codemods/eslint-plugin/index.js'

export type Severity = Record<string, any>

const isCommonJs = (code: string): boolean =>
  /\brequire\(|^\s*(module\.)?exports\b/m.test(code) && !/^import /m.test(code)

/** Lints one text with rules of the plugin, without type information. */
export function lint(
  code: string,
  language: 'js' | 'ts',
  rules: Severity,
  major: 9 | 10 = 10
): Linter.LintMessage[] {
  const config: any = {
    files: ['**'],
    plugins: { fasthttp: plugin },
    rules,
    languageOptions: {
      sourceType: isCommonJs(code) ? 'commonjs' : 'module',
      ...(language === 'ts' ? { parser } : {}),
    },
  }
  const linter: any = major === 9 ? new Linter9() : new Linter()
  return linter.verify(code, config, `case.${language}`)
}

export const RECOMMENDED: Severity = plugin.configs['recommended']!.rules as Severity

/** The text after one suggestion. */
export function applied(code: string, fix: { range: [number, number]; text: string }): string {
  return code.slice(0, fix.range[0]) + fix.text + code.slice(fix.range[1])
}
