export {
  compressHandler,
  compressHandlerBrotliLevel,
  compressHandlerLevel,
} from './compress-handler.js'
