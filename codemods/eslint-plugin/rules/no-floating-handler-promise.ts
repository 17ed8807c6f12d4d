import { retentionRule } from './retention-rule.js'

export const noFloatingHandlerPromise = retentionRule(
  'no-floating-handler-promise',
  'Require the promise of another handler to be returned or awaited'
)
