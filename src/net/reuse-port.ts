import type { ListenOptions } from 'node:net'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** Whether `net.Server.listen` of this Node.js has the option `reusePort`; older ones pass over it in silence. */
export const hasReusePort =
  major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)

/** `options` with SO_REUSEPORT. */
export function withReusePort(options: ListenOptions): ListenOptions {
  const shared: ListenOptions & { reusePort: true } = { ...options, reusePort: true }
  return shared
}
