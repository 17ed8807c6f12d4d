import type { TSESLint } from '@typescript-eslint/utils'

/**
 * The scopes that hold what a file declares. The global scope of a module is left out: it has only names of the platform, with
 * TypeScript's parser more than a thousand of them.
 */
export function scopesOf({ scopes }: TSESLint.Scope.ScopeManager): readonly TSESLint.Scope.Scope[] {
  const [outer, inner] = scopes
  return inner && inner.block === outer?.block ? scopes.slice(1) : scopes
}
