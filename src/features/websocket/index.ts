export { isWebSocketUpgrade, subprotocols } from './handshake.js'
export {
  Upgrader,
  Upgrader as FastHTTPUpgrader,
  UPGRADER_DEFAULTS,
  type UpgraderOptions,
  type WebSocketHandler,
} from './upgrader.js'
export { WebSocket, type RawData } from 'ws'
