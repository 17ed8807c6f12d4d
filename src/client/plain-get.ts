import type { HostClient } from './host-client.js'

/** A GET of a URL without anything else, ready to be sent: programs ask for the same few again and again. */
export interface PlainGet {
  readonly url: string
  readonly head: string
  readonly host: HostClient
}
