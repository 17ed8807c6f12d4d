import cluster from 'node:cluster'
import { NoReusePortError } from '../../errors.js'
import { listenAddress, type Network } from '../../net/listen-address.js'
import type { Listener } from '../../net/listener.js'
import { hasReusePort, withReusePort } from '../../net/reuse-port.js'
import { TCPListener } from '../../net/tcp-listener.js'

/**
 * Listens with SO_REUSEPORT, for `server.serve(listener)`: several processes listen on one port and the system spreads the connections
 * over them. A worker of node:cluster shares the port through its primary where Node.js cannot do that (before 22.12 and 23.1).
 * Go: `reuseport.Listen`.
 *
 * Rejects with `FH_ERR_NO_REUSE_PORT` where neither can be had, with `FH_ERR_INVALID_OPTION` for an address that is none, and with the
 * system's error, such as EADDRINUSE.
 *
 * @param network - `tcp4`, `tcp6`, or `tcp` for both
 * @param addr - `host:port`, `[ipv6]:port` or `:port`
 */
export async function listen(network: Network, addr: string): Promise<Listener> {
  const where = await listenAddress(network, addr)
  if (!hasReusePort) {
    if (!cluster.isWorker) throw new NoReusePortError(`Node.js ${process.versions.node}`)
    return TCPListener.listen(where)
  }
  try {
    return await TCPListener.listen(withReusePort(where))
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ENOTSUP') throw err
    throw new NoReusePortError(process.platform, { cause: err })
  }
}
