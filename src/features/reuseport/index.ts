export { listen } from './listen.js'
export type { Network } from '../../net/listen-address.js'
export type { Listener } from '../../net/listener.js'
