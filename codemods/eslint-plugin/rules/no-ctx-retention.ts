import { retentionRule } from './retention-rule.js'

export const noCtxRetention = retentionRule(
  'no-ctx-retention',
  'Disallow using a request context after its handler has returned'
)
