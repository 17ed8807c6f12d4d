export {
  migrate,
  type FileChange,
  type HandlerGroup,
  type HandlerInfo,
  type HandlerReport,
  type HandlerStatus,
  type MigrateOptions,
  type MigrationResult,
  type ServiceReport,
  type SiteReport,
} from './core/migrate.js'
export type { SourceInput, SyntaxProblem } from './core/workspace.js'
export { CONVERSION_TABLE, type Row, type RowClass } from './table.js'
export { unifiedDiff } from './report/diff.js'
export { htmlReport, type HtmlContext } from './report/html.js'
export { jsonReport, type JsonContext } from './report/json.js'
export { percentOf, progressOf, type Progress } from './report/progress.js'
