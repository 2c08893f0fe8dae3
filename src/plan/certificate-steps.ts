import type { Cloud, Host } from '../cloud/cloud.ts'
import { certificatePaths } from '../cloud/derive-metadata-agent.ts'
import { statePathOf } from '../cloud/state-path.ts'
import { directoryStep, fileStep } from './file-steps.ts'
import { stepIds } from './names.ts'
import { quoteCommand, quoteWord } from './shell-quote.ts'
import type { CertificatesStep, Step } from './step.ts'

/**
 * An authority of the lab's own and the certificate that it gives nova-api-metadata, where the agent speaks https to it and
 * the topology names no other. No two are the same, so they are made once and stay as long as the lab.
 */
export function certificateSteps(cloud: Cloud, host: Host): Step[] {
  const paths = certificatePaths(statePathOf(cloud.lab))
  if (cloud.nova.wsgi.ssl_cert_file !== paths.cert) return []
  const why = "the lab's own certificate authority"
  const directory = directoryStep({ host: host.name, path: paths.directory, mode: 0o700, why }, [
    stepIds.directory(statePathOf(cloud.lab)),
  ])
  const config = fileStep({
    host: host.name,
    path: `${paths.directory}/openssl.cnf`,
    content: opensslConfig(cloud),
    mode: 0o600,
    why: 'what the certificates say',
    source,
  })
  return [directory, config, makeStep(cloud, host, config.id)]
}

function makeStep(cloud: Cloud, host: Host, configId: string): CertificatesStep {
  const { directory, ca, cert, key } = certificatePaths(statePathOf(cloud.lab))
  const caKey = `${directory}/ca.key`
  const authority = request('authority', `/CN=lab ${cloud.lab}`, ca, caKey)
  const nova = request('nova', '/CN=nova-api-metadata', cert, key)
  const lines = [
    'umask 077',
    `cd ${quoteWord(directory)}`,
    quoteCommand(authority),
    quoteCommand([...nova, '-CA', ca, '-CAkey', caKey]),
  ]
  return {
    kind: 'certificates',
    id: stepIds.certificates,
    host: host.name,
    phase: 'files',
    needs: [configId],
    why: 'an authority, and the certificate of nova-api-metadata',
    source,
    script: lines.join('\n'),
    makes: [ca, caKey, cert, key],
  }
}

function request(extensions: string, subject: string, out: string, keyout: string): string[] {
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const what = ['-config', 'openssl.cnf', '-extensions', extensions, '-subj', subject]
  return ['openssl', 'req', ...kind, ...what, '-days', '3650', '-keyout', keyout, '-out', out]
}

function opensslConfig({ nova }: Cloud): string {
  return `[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[nova]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:${nova.metadata_listen}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`
}

const source = ['neutron', 'metadata_agent', 'nova_metadata_protocol']
