/** One member of an Accept-Encoding list. (RFC 9110, section 12.5.3) */
const MEMBER =
  /^[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i

/**
 * The content coding a client likes best among those `offered`; `undefined` when it likes none, or prefers the plain form. Of those it
 * likes equally the first offered. A malformed member counts as absent. (RFC 9110, section 12.5.3)
 *
 * @param value - of Accept-Encoding; `undefined`, the field's absence, asks for no coding
 */
export function chooseCoding<T extends string>(
  value: string | undefined,
  offered: readonly T[]
): T | undefined {
  if (value === undefined) return undefined
  const weights = new Map<string, number>()
  for (const member of value.split(',')) {
    const [, name, weight] = MEMBER.exec(member) ?? []
    if (name !== undefined) weights.set(canonical(name), weight === undefined ? 1 : Number(weight))
  }
  const anything = weights.get('*') ?? 0
  let best: T | undefined
  let bestWeight = weights.get('identity') ?? 0
  for (const coding of offered) {
    const weight = weights.get(coding) ?? anything
    // Where the plain form is liked as much, the coding is shorter.
    if (weight > 0 && (best === undefined ? weight >= bestWeight : weight > bestWeight)) {
      best = coding
      bestWeight = weight
    }
  }
  return best
}

function canonical(name: string): string {
  const lower = name.toLowerCase()
  return lower === 'x-gzip' ? 'gzip' : lower
}
