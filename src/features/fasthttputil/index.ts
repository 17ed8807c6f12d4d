export { InmemoryListener } from './inmemory-listener.js'
export { newPipeConns, PipeConns } from './pipe-conns.js'
