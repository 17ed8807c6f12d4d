export type { ServerSentEvent } from './event.js'
export { sse, type EventStream, type SSEOptions } from './sse.js'
