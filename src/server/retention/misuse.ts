import { isPromise } from 'node:util/types'

/** Members that change what is sent. What is left out on a ctx, user values and the address, is the handler's own. */
const CHANGES =
  /^ctx\.(?:(?:set(?!UserValue|RemoteAddr)|write|success|sendFile)\w*|error|redirect|not(?:Found|Modified)|resetBody|earlyHints|response\.(?:header\.)?(?:set|add|del|write|append|reset|sendFile)\w*)$/

/** Does calling this member of a guarded ctx change the response? */
export const changesResponse = (member: string): boolean => CHANGES.test(member)

/** Does this member of a guarded ctx give the ctx up? */
export const givesUp = (member: string): boolean => member.startsWith('ctx.timeoutError')

const VISITS = /\.visit\w*$/

/** The arguments of a call of `member`, with visitors that tell of the promises they return, for which nobody waits. */
export function tellingVisitors(
  member: string,
  args: unknown[],
  onPromise: () => void
): readonly unknown[] {
  if (!VISITS.test(member)) return args
  return args.map((visitor) => {
    if (typeof visitor !== 'function') return visitor
    return (...shown: unknown[]): unknown => {
      const result: unknown = Reflect.apply(visitor, undefined, shown)
      if (isPromise(result)) onPromise()
      return result
    }
  })
}
