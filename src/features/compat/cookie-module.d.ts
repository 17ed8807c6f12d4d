// The cookie package has no types of its own at this version.
declare module 'cookie' {
  export interface SerializeOptions {
    decode?: (value: string) => string
    encode?: (value: string) => string
    domain?: string
    expires?: Date
    httpOnly?: boolean
    maxAge?: number
    partitioned?: boolean
    path?: string
    priority?: 'low' | 'medium' | 'high'
    sameSite?: boolean | 'lax' | 'strict' | 'none'
    secure?: boolean
  }
  export function parse(
    text: string,
    options?: { decode?: (value: string) => string }
  ): Record<string, string>
  export function serialize(name: string, value: string, options?: SerializeOptions): string
}
