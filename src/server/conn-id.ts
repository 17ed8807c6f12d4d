let connections = 0

/** Number of a connection in this process, from 1. */
export function nextConnID(): number {
  return ++connections
}
