import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls'
import { InvalidOptionError } from '../errors.js'

interface Certificate {
  readonly cert: string | Buffer
  readonly key: string | Buffer
  readonly x509: X509Certificate
  readonly context: SecureContext
}

/** Certificates of a server; a client gets the one for the name it asks for (SNI, RFC 6066, section 3), else the first. */
export class Certificates {
  readonly #all: Certificate[] = []

  get size(): number {
    return this.#all.length
  }

  /** Adds a certificate (chain) and its private key, in PEM. Throws `FH_ERR_INVALID_OPTION` when they do not go together. */
  add(cert: string | Buffer, key: string | Buffer): void {
    if (cert.length === 0 || key.length === 0) throw new InvalidOptionError('no cert or key')
    try {
      this.#all.push({
        cert,
        key,
        x509: new X509Certificate(cert),
        context: createSecureContext({ cert, key }),
      })
    } catch (cause) {
      throw new InvalidOptionError('cert or key cannot be read', { cause })
    }
  }

  /** Options for `tls.createServer`: `base` with these certificates. */
  options(base: TlsOptions = {}): TlsOptions {
    const first = this.#all[0]
    if (first === undefined) return base
    return {
      // Those who name no host, as for an IP address, do not get to the callback.
      cert: first.cert,
      key: first.key,
      ...base,
      SNICallback: (name, done) => {
        const match = this.#all.find(({ x509 }) => x509.checkHost(name) !== undefined)
        done(null, (match ?? first).context)
      },
    }
  }

  /** Context for clients that name no host. */
  get fallback(): SecureContext | undefined {
    return this.#all[0]?.context
  }
}
