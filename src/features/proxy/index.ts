export { Dialer } from './dialer.js'
export type { ProxyDialerOptions } from './dialer.js'
export * from './functions.js'
