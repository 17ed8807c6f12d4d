import type { TSESLint } from '@typescript-eslint/utils'
import { VIEW } from '../engine/model.js'
import type { Finding } from '../engine/analysis.js'

export type RetentionRule =
  'no-ctx-retention' | 'no-bytes-view-retention' | 'no-floating-handler-promise'

const active = new WeakMap<TSESLint.SourceCode, Set<RetentionRule>>()

/** Says that a rule runs on a file. ESLint creates all rules before it walks the file. */
export function claim(source: TSESLint.SourceCode, rule: RetentionRule): void {
  const rules = active.get(source) ?? new Set()
  active.set(source, rules.add(rule))
}

/** Is the rule on for a file? */
export const isActive = (source: TSESLint.SourceCode, rule: RetentionRule): boolean =>
  active.get(source)?.has(rule) ?? false

/**
 * The one rule that reports a finding. `no-ctx-retention` stands in for the two finer rules where
 * they are switched off, so that nothing is lost and nothing is reported twice.
 */
export function ownerOf(source: TSESLint.SourceCode, finding: Finding): RetentionRule {
  const rules = active.get(source)
  // Nothing is kept: it concerns that rule alone.
  if (finding.messageId === 'uncaught') return 'no-floating-handler-promise'
  const finer =
    finding.messageId === 'handler'
      ? 'no-floating-handler-promise'
      : finding.kind === VIEW
        ? 'no-bytes-view-retention'
        : 'no-ctx-retention'
  return rules?.has(finer) ? finer : 'no-ctx-retention'
}
