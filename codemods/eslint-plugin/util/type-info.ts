import type { ParserServices, TSESLint, TSESTree } from '@typescript-eslint/utils'

/** Questions to type information, each answered with null when it does not know. */
export interface TypeInfo {
  isThenable(node: TSESTree.Node): boolean | null
  givesBytes(node: TSESTree.Node): boolean | null
  typeName(node: TSESTree.Node): string | null
}

interface TypeLike {
  readonly symbol?: { readonly name: string }
  readonly aliasSymbol?: { readonly name: string }
  readonly types?: readonly TypeLike[]
  readonly flags: number
  getProperty(name: string): unknown
}

/** TypeScript's flags for `any` and `unknown`. */
const ANY_OR_UNKNOWN = 1 | 2

/** Type information of a file, or null when the parser gives none. No import of TypeScript is needed. */
export function typeInfoOf(source: TSESLint.SourceCode): TypeInfo | null {
  const services = source.parserServices as Partial<ParserServices> | undefined
  if (!services?.program || !services.getTypeAtLocation) return null
  const typed = services as { getTypeAtLocation(node: TSESTree.Node): unknown }
  const typeOf = (node: TSESTree.Node): TypeLike => typed.getTypeAtLocation(node) as TypeLike
  const ask = (node: TSESTree.Node, test: (type: TypeLike) => boolean): boolean | null => {
    const type = typeOf(node)
    const parts = type.types ?? [type]
    if (parts.some((part) => (part.flags & ANY_OR_UNKNOWN) !== 0)) return null
    return parts.some(test)
  }
  return {
    isThenable: (node) => ask(node, (type) => type.getProperty('then') !== undefined),
    givesBytes: (node) =>
      ask(node, (type) => /^(Buffer|Uint8Array|DataView)$/.test(type.symbol?.name ?? '')),
    typeName(node) {
      const type = typeOf(node)
      return type.aliasSymbol?.name ?? type.symbol?.name ?? null
    },
  }
}
