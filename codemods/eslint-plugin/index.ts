import type { TSESLint } from '@typescript-eslint/utils'
import { noBytesViewRetention } from './rules/no-bytes-view-retention.js'
import { noCtxRetention } from './rules/no-ctx-retention.js'
import { noFloatingHandlerPromise } from './rules/no-floating-handler-promise.js'

const NAME = 'eslint-plugin-fasthttp'
const VERSION = '0.1.0'

const rules = {
  'no-ctx-retention': noCtxRetention,
  'no-bytes-view-retention': noBytesViewRetention,
  'no-floating-handler-promise': noFloatingHandlerPromise,
}

const plugin: TSESLint.FlatConfig.Plugin & { configs: Record<string, TSESLint.FlatConfig.Config> } =
  {
    meta: { name: NAME, version: VERSION, namespace: 'fasthttp' },
    rules: rules as never,
    configs: {},
  }

function preset(name: string, names: readonly (keyof typeof rules)[]): TSESLint.FlatConfig.Config {
  return {
    name: `fasthttp/${name}`,
    plugins: { fasthttp: plugin },
    rules: Object.fromEntries(names.map((rule) => [`fasthttp/${rule}`, 'error'] as const)),
  }
}

plugin.configs['recommended'] = preset('recommended', [
  'no-ctx-retention',
  'no-bytes-view-retention',
  'no-floating-handler-promise',
])

export default plugin
