export type { FileStat, FileSystem } from './file-system.js'
export { FS } from './fs.js'
export {
  FS_DEFAULTS,
  FSCompressedFileSuffix,
  FSCompressedFileSuffixes,
  FSHandlerCacheDuration,
} from './options.js'
export type { FileCoding, FSOptions, PathRewriteFunc } from './options.js'
export {
  newPathPrefixStripper,
  newPathSlashesStripper,
  newVHostPathRewriter,
} from './path-rewrite.js'
export {
  fileLastModified,
  fsHandler,
  serveFile,
  serveFileLiteral,
  serveFileUncompressed,
  serveFS,
  serveFSLiteral,
} from './serve-file.js'
