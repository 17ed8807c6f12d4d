import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import * as der from '../bytes/der.js'
import { excerpt, InvalidHostError } from '../errors.js'

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const ORGANIZATION_NAME = '2.5.4.10'
const KEY_USAGE = '2.5.29.15'
const SUBJECT_ALT_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

const HOUR_MS = 3_600_000
const YEAR_MS = 365 * 24 * HOUR_MS

/** A certificate and its private key, in PEM. */
export interface CertificatePair {
  cert: string
  key: string
}

/**
 * Makes a self-signed certificate for tests: ECDSA on P-256, valid for a year. To be taken for genuine by a client it has to be among
 * its `ca`. Throws `FH_ERR_INVALID_HOST`. Go: `GenerateTestCertificate`.
 *
 * @param host - name or IP address it is for; a port is left out
 */
export function generateTestCertificate(host: string): CertificatePair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const now = Date.now()
  const algorithm = der.sequence(der.objectIdentifier(ECDSA_WITH_SHA256))
  const organization = der.sequence(
    der.objectIdentifier(ORGANIZATION_NAME),
    der.utf8String('fasthttp test')
  )
  const name = der.sequence(der.set(organization))
  // RFC 5280, section 4.1.
  const tbsCertificate = der.sequence(
    der.tagged(0xa0, der.unsignedInteger(Buffer.from([2]))), // version 3
    der.unsignedInteger(randomBytes(16)), // serial number
    algorithm,
    name, // issuer
    // A clock that is a little behind takes it all the same.
    der.sequence(der.time(new Date(now - HOUR_MS)), der.time(new Date(now + YEAR_MS))),
    name, // subject
    publicKey,
    der.tagged(0xa3, der.sequence(...extensions(host)))
  )
  const signature = sign('sha256', tbsCertificate, privateKey)
  const cert = der.sequence(tbsCertificate, algorithm, der.bitString(signature))
  return { cert: pem('CERTIFICATE', cert), key: privateKey }
}

function* extensions(host: string): Generator<Buffer> {
  const isAuthority = der.sequence(der.boolean(true))
  yield extension(BASIC_CONSTRAINTS, isAuthority, true)
  // The first bit is digitalSignature, the sixth keyCertSign.
  yield extension(KEY_USAGE, der.bitString(Buffer.from([0b1000_0100]), 2), true)
  const purposes = [SERVER_AUTH, CLIENT_AUTH].map(der.objectIdentifier)
  yield extension(EXTENDED_KEY_USAGE, der.sequence(...purposes), false)
  yield extension(SUBJECT_ALT_NAME, der.sequence(generalName(host)), false)
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  const parts = [der.objectIdentifier(id), der.octetString(value)]
  if (critical) parts.splice(1, 0, der.boolean(true))
  return der.sequence(...parts)
}

/** The host as dNSName or iPAddress (RFC 5280, section 4.2.1.6). */
function generalName(host: string): Buffer {
  const name = host.replace(/^\[(.*)\](?::\d*)?$|^([^:]*):\d*$/, '$1$2')
  if (isIPv4(name)) return der.tagged(0x87, Buffer.from(name.split('.').map(Number)))
  if (isIPv6(name) && !name.includes('%')) return der.tagged(0x87, ipv6Bytes(name))
  if (!/^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(name)) throw new InvalidHostError(excerpt(host))
  return der.tagged(0x82, Buffer.from(name))
}

function ipv6Bytes(ip: string): Buffer {
  // A URL writes it in groups of hexadecimal digits, whatever the spelling was.
  const [head, tail] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : [])
  const [first, last] = [groups(head), groups(tail)]
  const zeros = Array<string>(8 - first.length - last.length).fill('0')
  const digits = [...first, ...zeros, ...last].map((group) => group.padStart(4, '0'))
  return Buffer.from(digits.join(''), 'hex')
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g)!
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
