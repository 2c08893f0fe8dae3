import { existsSync, readFileSync } from 'node:fs'
import { isIP, type Socket } from 'node:net'
import type { ConnectionOptions, PeerCertificate } from 'node:tls'
import type { MetadataAgentConfig } from '../neutron/metadata-agent/config.ts'
import { agentHas } from '../neutron/metadata-agent/release.ts'

/** A TLS connection to nova; what keeps it from being trusted is its error. */
export type ConnectSecurely = (host: string, port: number) => Socket

type TlsConfig = Pick<
  MetadataAgentConfig,
  | 'release'
  | 'nova_metadata_protocol'
  | 'nova_metadata_insecure'
  | 'auth_ca_cert'
  | 'nova_client_cert'
  | 'nova_client_priv_key'
>

/**
 * How the agent speaks TLS: python-requests checks nova's certificate with auth_ca_cert, else with the machine's
 * authorities, and shows a certificate of its own only where its key is given too (neutron/agent/metadata/proxy_base.py).
 * For https the files are read now, while they can be; node:tls is loaded with the first connection. Throws on a file
 * that cannot be read.
 */
export function prepareTls(config: TlsConfig): ConnectSecurely {
  let options = config.nova_metadata_protocol === 'https' ? readOptions(config) : undefined
  return (host, port) => {
    options ??= readOptions(config)
    const servername = isIP(host) === 0 ? { servername: host } : {}
    return process.getBuiltinModule('node:tls').connect({ ...options, ...servername, host, port })
  }
}

function readOptions(config: TlsConfig): ConnectionOptions {
  const { nova_client_cert: cert, nova_client_priv_key: key } = config
  const ca = config.auth_ca_cert ?? systemAuthorities.find(path => existsSync(path))
  return {
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: !config.nova_metadata_insecure,
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert && key ? { cert: readFileSync(cert), key: readFileSync(key) } : {}),
    checkServerIdentity: (host, certificate) => checkIdentity(host, certificate, config),
  }
}

/** urllib3 1.26 took the common name of a certificate without other names, for addresses too; urllib3 2 does not. */
function checkIdentity(
  host: string,
  certificate: PeerCertificate,
  { release }: TlsConfig,
): Error | undefined {
  const { subject, subjectaltname } = certificate
  if (!subjectaltname) {
    if (agentHas(release, 'hasUrllib3Version2')) return new Error('the certificate has no names')
    if (subject.CN === host) return undefined
  }
  return process.getBuiltinModule('node:tls').checkServerIdentity(host, certificate)
}

/** Debian's and Red Hat's. */
const systemAuthorities = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt']
