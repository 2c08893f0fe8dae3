import type { ProxyPlace } from './proxy-places.ts'
import type { RateLimits } from './rate-limiting.ts'
import type { HaproxyRelease } from './release.ts'

/** What one metadata proxy is told; everything else in its configuration is fixed by the release. */
export interface HaproxyConfig extends Pick<ProxyPlace, 'sends' | 'bind' | 'ipv6Bind'> {
  readonly rateLimits: RateLimits | null
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
    ...(config.rateLimits === null
      ? listenSection(config, release)
      : limitedListenSection(config, config.rateLimits)),
    ...(release.blankLineBeforeHeaders ? [''] : []),
    ...headerRules(config, release),
  ]
  return `${lines.join('\n')}\n`
}

function globalSection(
  { sends, user, group, pidFile }: HaproxyConfig,
  { nbthread, logTag }: HaproxyRelease,
) {
  return [
    'global',
    '    log         /dev/log local0 info',
    ...(logTag ? [`    log-tag     haproxy-metadata-proxy-${sends.id}`] : []),
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

function listenSection(config: HaproxyConfig, { ipv6BindLine }: HaproxyRelease) {
  return [...listenLines(config, ipv6BindLine), serverLine(config)]
}

/** `RATE_LIMITED_CONFIG_TEMPLATE`: a client is counted in two tables, and whichever is full denies it. */
function limitedListenSection(config: HaproxyConfig, limits: RateLimits) {
  const { base_window_duration, burst_window_duration, tableType } = limits
  const expireSeconds = Math.max(base_window_duration, burst_window_duration)
  const table = (windowSeconds: number) =>
    `    stick-table type ${tableType} size 10k expire ${expireSeconds}s store http_req_rate(${windowSeconds}s)`
  const deny = (backend: string, limit: number) =>
    `    http-request deny deny_status 429 if { src_http_req_rate(${backend}) gt ${limit} }`
  return [
    'backend base_rate_limiter',
    table(base_window_duration),
    '',
    'backend burst_rate_limiter',
    table(burst_window_duration),
    '',
    ...listenLines(config, true),
    '',
    '    http-request track-sc0 src table base_rate_limiter',
    '    http-request track-sc1 src table burst_rate_limiter',
    deny('base_rate_limiter', limits.base_query_rate_limit),
    deny('burst_rate_limiter', limits.burst_query_rate_limit),
    '',
    serverLine(config),
  ]
}

function listenLines(config: HaproxyConfig, hasIpv6Line: boolean) {
  return [
    'listen listener',
    `    bind ${config.bind.address}:${config.bind.port}`,
    ...(hasIpv6Line ? [`    ${ipv6BindLine(config)}`] : []),
  ]
}

function serverLine({ metadataProxySocket }: HaproxyConfig) {
  return `    server metadata ${metadataProxySocket}`
}

/** Without IPv6 the template's line stays, with nothing but its indentation. */
function ipv6BindLine({ bind, ipv6Bind }: HaproxyConfig) {
  return ipv6Bind === null
    ? ''
    : `bind ${ipv6Bind.address}:${bind.port} interface ${ipv6Bind.device}`
}

/**
 * A guest's own header of either kind goes nowhere: one is replaced, the other deleted (LP 1865036). Pike adds its own to
 * what the guest has sent, and so does OVN. OVN's agent finds nobody on a network of two ids; in Pike a network's id that
 * a guest sends by way of a router goes before the router's, and it gets what is another's.
 */
function headerRules({ sends }: HaproxyConfig, { replacesHeaders }: HaproxyRelease) {
  if (sends.header === 'ovn-network')
    return [`    http-request add-header X-OVN-Network-ID ${sends.id}`]
  const [set, deleted] = sends.header === 'network' ? ['Network', 'Router'] : ['Router', 'Network']
  if (!replacesHeaders) return [`    http-request add-header X-Neutron-${set}-ID ${sends.id}`]
  return [
    `    http-request del-header X-Neutron-${deleted}-ID`,
    `    http-request set-header X-Neutron-${set}-ID ${sends.id}`,
  ]
}
