import type { HaproxyRelease } from './release.ts'

/** What one metadata proxy is told; everything else in its configuration is fixed by the release. */
export interface HaproxyConfig {
  /** The network whose header is set, or the router. */
  readonly sends: { readonly header: 'network' | 'router'; readonly id: string }
  readonly bind: { readonly address: string; readonly port: number }
  readonly ipv6Bind: { readonly address: string; readonly device: string } | null
  readonly user: string
  readonly group: string
  readonly pidFile: string
  readonly metadataProxySocket: string
}

/**
 * The text of `ns-metadata-proxy/<id>.conf`, byte for byte as Neutron's template makes it with debug off:
 * `HaproxyConfigurator`, which begins its file with an empty line.
 */
export function renderHaproxyConfig(config: HaproxyConfig, release: HaproxyRelease): string {
  const lines = [
    '',
    ...globalSection(config, release),
    '',
    ...defaultsSection,
    ...Array.from({ length: release.blankLinesBeforeListen }, () => ''),
    ...listenSection(config, release),
    ...(release.blankLineBeforeHeaders ? [''] : []),
    ...headerRules(config),
  ]
  return `${lines.join('\n')}\n`
}

function globalSection(
  { sends, user, group, pidFile }: HaproxyConfig,
  { nbthread }: HaproxyRelease,
) {
  return [
    'global',
    '    log         /dev/log local0 info',
    `    log-tag     haproxy-metadata-proxy-${sends.id}`,
    `    user        ${user}`,
    `    group       ${group}`,
    '    maxconn     1024',
    ...(nbthread === null ? [] : [`    nbthread    ${nbthread}`]),
    `    pidfile     ${pidFile}`,
    '    daemon',
  ]
}

const defaultsSection = [
  'defaults',
  '    log global',
  '    mode http',
  '    option httplog',
  '    option dontlognull',
  '    option http-server-close',
  '    option forwardfor',
  '    retries                 3',
  '    timeout http-request    30s',
  '    timeout connect         30s',
  '    timeout client          32s',
  '    timeout server          32s',
  '    timeout http-keep-alive 30s',
]

function listenSection(config: HaproxyConfig, release: HaproxyRelease) {
  return [
    'listen listener',
    `    bind ${config.bind.address}:${config.bind.port}`,
    ...(release.ipv6BindLine ? [`    ${ipv6BindLine(config)}`] : []),
    `    server metadata ${config.metadataProxySocket}`,
  ]
}

/** Without IPv6 the template's line stays, with nothing but its indentation. */
function ipv6BindLine({ bind, ipv6Bind }: HaproxyConfig) {
  return ipv6Bind === null
    ? ''
    : `bind ${ipv6Bind.address}:${bind.port} interface ${ipv6Bind.device}`
}

/** A guest's own header of either kind goes nowhere: one is replaced, the other deleted (LP 1865036). */
function headerRules({ sends }: HaproxyConfig) {
  const [set, deleted] = sends.header === 'network' ? ['Network', 'Router'] : ['Router', 'Network']
  return [
    `    http-request del-header X-Neutron-${deleted}-ID`,
    `    http-request set-header X-Neutron-${set}-ID ${sends.id}`,
  ]
}
