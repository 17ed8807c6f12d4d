import { retentionRule } from './retention-rule.js'

export const noBytesViewRetention = retentionRule(
  'no-bytes-view-retention',
  'Disallow keeping views of request memory after the handler has returned'
)
