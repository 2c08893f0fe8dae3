import type { Finding } from '../finding.ts'
import { asksOwnNova, makesCertificates } from '../makes-certificates.ts'
import type { PrunedTopology } from '../prune.ts'

/** Options of the agent and of nova's TLS that mean nothing as they stand, or cannot work. */
export function checkMetadataAgent(pruned: PrunedTopology): Finding[] {
  const { topology } = pruned
  if (pruned.isDamaged([...agentPath]) || pruned.isDamaged(['nova'])) return []
  const { metadata_agent } = topology.neutron
  if (isElsewhere(metadata_agent))
    return [...findUselessAgentOptions(metadata_agent), ...findUselessNovaOptions(topology)]
  const elsewhere = asksOwnNova(topology) ? [] : findUselessNovaOptions(topology)
  return [
    ...findMissingSecret(topology),
    ...findUselessTlsOptions(metadata_agent),
    ...(elsewhere.length > 0 ? elsewhere : findIncompleteWsgi(topology)),
  ]
}

type Agent = PrunedTopology['topology']['neutron']['metadata_agent']
type Topology = PrunedTopology['topology']

function isElsewhere(agent: Agent): boolean {
  return agent.metadata_proxy_socket !== undefined
}

function findUselessAgentOptions(agent: Agent): Finding[] {
  const given = [
    ...(agent.nova_metadata_protocol === 'http' ? [] : ['nova_metadata_protocol']),
    ...(agent.nova_metadata_insecure ? ['nova_metadata_insecure'] : []),
    ...optional.filter(name => agent[name] !== undefined),
  ]
  return given.map(name => ({
    message: `\`${name}\` means nothing beside \`metadata_proxy_socket\`: the lab starts no agent`,
    path: [...agentPath, name],
    hint: 'it is set where that agent runs, in its metadata_agent.ini',
  }))
}

function findUselessNovaOptions({ nova }: Topology): Finding[] {
  const secret = nova.neutron.metadata_proxy_shared_secret === undefined ? [] : [secretPath]
  const wsgi = Object.keys(nova.wsgi).map(name => ['nova', 'wsgi', name])
  return [...secret, ...wsgi].map(path => ({
    message: `\`${path.at(-1)}\` means nothing: guests are served by another nova, and the lab starts none`,
    path,
    hint: 'it is set where that nova runs, in its nova.conf',
  }))
}

function findMissingSecret(topology: Topology): Finding[] {
  const agent = topology.neutron.metadata_agent
  if (asksOwnNova(topology) || agent.metadata_proxy_shared_secret !== undefined) return []
  return [
    {
      message: `the nova-api-metadata at ${agent.nova_metadata_host} checks what the agent signs, and the lab does not know its secret`,
      path: [...agentPath, 'nova_metadata_host'],
      hint: 'set `metadata_proxy_shared_secret` beside it, as that nova’s nova.conf has it in [neutron]',
    },
  ]
}

function findUselessTlsOptions(agent: Agent): Finding[] {
  const { nova_client_cert: cert, nova_client_priv_key: key } = agent
  if (agent.nova_metadata_protocol === 'http') {
    const given = tlsOptions.filter(name => agent[name] !== undefined && agent[name] !== false)
    return given.map(name => ({
      message: `\`${name}\` means nothing over http`,
      path: [...agentPath, name],
      hint: 'add `nova_metadata_protocol: https`',
    }))
  }
  const trusted = agent.nova_metadata_insecure && agent.auth_ca_cert !== undefined
  return [
    ...(trusted ? [insecure] : []),
    ...findHalf(agentPath, { nova_client_cert: cert, nova_client_priv_key: key }),
  ]
}

function findIncompleteWsgi(topology: Topology): Finding[] {
  const { ssl_cert_file, ssl_key_file, ssl_ca_file } = topology.nova.wsgi
  const path = ['nova', 'wsgi']
  const half = findHalf(path, { ssl_cert_file, ssl_key_file })
  const hasNone = ssl_cert_file === undefined && !makesCertificates(topology)
  if (half.length > 0 || ssl_ca_file === undefined || !hasNone) return half
  const message = '`ssl_ca_file` means nothing while nova-api-metadata speaks plain HTTP'
  const hint = 'add `ssl_cert_file` and `ssl_key_file`, or `nova_metadata_protocol: https`'
  return [{ message, path: [...path, 'ssl_ca_file'], hint }]
}

/** A certificate without its key, or a key without its certificate. */
function findHalf(
  path: readonly string[],
  pair: Readonly<Record<string, string | undefined>>,
): Finding[] {
  const missing = Object.keys(pair).filter(name => pair[name] === undefined)
  const [given] = Object.keys(pair).filter(name => pair[name] !== undefined)
  if (missing.length !== 1 || given === undefined) return []
  const message = `\`${given}\` means nothing without \`${missing[0]}\``
  return [{ message, path: [...path, given] }]
}

const agentPath = ['neutron', 'metadata_agent']
const secretPath = ['nova', 'neutron', 'metadata_proxy_shared_secret']
const tlsOptions = [
  'nova_metadata_insecure',
  'auth_ca_cert',
  'nova_client_cert',
  'nova_client_priv_key',
] as const
const optional = [
  'metadata_proxy_shared_secret',
  'nova_metadata_host',
  'nova_metadata_port',
  'auth_ca_cert',
  'nova_client_cert',
  'nova_client_priv_key',
] as const
const insecure: Finding = {
  message: '`auth_ca_cert` means nothing with `nova_metadata_insecure`: no certificate is checked',
  path: [...agentPath, 'auth_ca_cert'],
}
