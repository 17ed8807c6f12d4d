import type { TSESLint } from '@typescript-eslint/utils'
import { noAsyncVisitor } from './rules/no-async-visitor.js'
import { noBytesViewRetention } from './rules/no-bytes-view-retention.js'
import { noCtxCopy } from './rules/no-ctx-copy.js'
import { noCtxRetention } from './rules/no-ctx-retention.js'
import { noFloatingHandlerPromise } from './rules/no-floating-handler-promise.js'
import { noNodeHttpApi } from './rules/no-node-http-api.js'
import { noUseAfterRelease } from './rules/no-use-after-release.js'
import { noWriteAfterTimeoutError } from './rules/no-write-after-timeout-error.js'
import { preferPeek } from './rules/prefer-peek.js'

export const rules = {
  'no-async-visitor': noAsyncVisitor,
  'no-bytes-view-retention': noBytesViewRetention,
  'no-ctx-copy': noCtxCopy,
  'no-ctx-retention': noCtxRetention,
  'no-floating-handler-promise': noFloatingHandlerPromise,
  'no-node-http-api': noNodeHttpApi,
  'no-use-after-release': noUseAfterRelease,
  'no-write-after-timeout-error': noWriteAfterTimeoutError,
  'prefer-peek': preferPeek,
}

type RuleName = keyof typeof rules

const RECOMMENDED: readonly RuleName[] = [
  'no-async-visitor',
  'no-bytes-view-retention',
  'no-ctx-copy',
  'no-ctx-retention',
  'no-floating-handler-promise',
  'no-use-after-release',
  'no-write-after-timeout-error',
]

export type ConfigName = 'recommended' | 'strict' | 'migration'

const plugin = {
  meta: { name: 'eslint-plugin-fasthttp', version: '0.1.0', namespace: 'fasthttp' },
  rules: rules as Record<RuleName, TSESLint.RuleModule<string, readonly unknown[]>>,
  configs: {} as Record<ConfigName, TSESLint.FlatConfig.Config>,
}

function preset(name: ConfigName, names: readonly RuleName[]): TSESLint.FlatConfig.Config {
  return {
    name: `fasthttp/${name}`,
    plugins: { fasthttp: plugin as unknown as TSESLint.FlatConfig.Plugin },
    rules: Object.fromEntries(names.map((rule) => [`fasthttp/${rule}`, 'error'] as const)),
  }
}

plugin.configs.recommended = preset('recommended', RECOMMENDED)
plugin.configs.strict = preset('strict', [...RECOMMENDED, 'prefer-peek'])
/** For code on its way from node:http or Express: also what is left of their members. */
plugin.configs.migration = preset('migration', [...RECOMMENDED, 'no-node-http-api'])

// `require('eslint-plugin-fasthttp').configs` works like the default import.
export const { configs, meta } = plugin

export default plugin
