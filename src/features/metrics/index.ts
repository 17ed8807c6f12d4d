export { Metrics, metricsHandler, type MetricsOptions } from './metrics.js'
