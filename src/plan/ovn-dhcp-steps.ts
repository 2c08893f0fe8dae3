import { createHash } from 'node:crypto'
import { hostView } from '../cloud/agent-view.ts'
import type { Network } from '../cloud/cloud.ts'
import { tapDevice } from '../neutron/names.ts'
import {
  type OvnDhcpAnswers,
  type OvnRenewal,
  ovnDhcpAnswersOf,
} from '../neutron/ovn/dhcp-answers.ts'
import { directoryStep, fileStep } from './file-steps.ts'
import { hostNamespace, logDirectory, onHost, ovnDhcpNamespace, stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { type PluggedPort, plugPort } from './plug-port.ts'
import { bridgeRulesStep } from './rules-steps.ts'
import { serviceStep } from './service-step.ts'
import { type Site, serviceAt, socketOn } from './site.ts'
import type { IpStep, RulesStep, ServiceStep, Step } from './step.ts'

/**
 * OVN answers DHCP in the flows of each host, from what the northbound database has for the port. Here a dnsmasq of the
 * lab's own does, in a namespace on each host with machines on the network, and hears none but those: its port is isolated.
 */
export function ovnDhcpSteps(site: Site): Step[] {
  const { cloud, host, facts } = site
  const { state_path } = hostView(cloud, host).neutron
  const why = "files of the dnsmasq that answers DHCP in OVN's place"
  const served = cloud.networks.flatMap(network => {
    const answers = ovnDhcpAnswersOf(hostView(cloud, host), network, host, facts)
    return answers === null ? [] : [{ network, answers }]
  })
  if (served.length === 0) return []
  const directory = { host: host.name, path: `${state_path}/ovn-dhcp`, mode: 0o755, why }
  return [
    directoryStep(directory, [stepIds.directory(state_path)]),
    ...served.flatMap(({ network, answers }) => stepsOfNetwork(site, network, answers)),
    ...renewalStep(
      site,
      served.map(({ answers }) => answers),
    ),
  ]
}

/** Renewals go to the gateway's MAC, or to the metadata port's: on the bridge they are turned to who answers them here. */
function renewalStep({ cloud, host }: Site, answers: readonly OvnDhcpAnswers[]): RulesStep[] {
  const rules = answers.flatMap(({ server_mac, renewals }) =>
    renewals.map(renewal => renewalRule(renewal, server_mac)),
  )
  if (rules.length === 0) return []
  const chains = ['PREROUTING', 'OUTPUT', 'POSTROUTING'].map(chain => `:${chain} ACCEPT`)
  const lines = ['*nat', ...chains, ...rules, 'COMMIT']
  const place = { host: host.name, namespace: hostNamespace(cloud.lab, host.name), source: [] }
  return [bridgeRulesStep(place, `${lines.join('\n')}\n`, WHY_RENEWALS)]
}

const WHY_RENEWALS = "renewals of this host's machines are answered here, as by OVN's flows"

function renewalRule(
  { port_id, mac_address, ip_address, server_id }: OvnRenewal,
  server_mac: string,
): string {
  const frame = `-p IPv4 -s ${mac_address} -i ${tapDevice(port_id)}`
  const packet = `--ip-src ${ip_address} --ip-dst ${server_id}`
  const ports = '--ip-proto udp --ip-sport 68 --ip-dport 67'
  return `-A PREROUTING ${frame} ${packet} ${ports} -j dnat --to-dst ${server_mac} --dnat-target ACCEPT`
}

function stepsOfNetwork(site: Site, network: Network, answers: OvnDhcpAnswers): Step[] {
  const { cloud, host, facts } = site
  const place = {
    host: host.name,
    namespace: ovnDhcpNamespace(cloud, host, network),
    source: ['networks', network.name],
  }
  const port = standInPort(site, network, answers.server_mac)
  return [
    ...namespaceSteps({
      ...place,
      why: `DHCP for ${network.name} on ${host.name}, in OVN's place`,
      sysctls: {
        'net.ipv4.ip_forward': '0',
        // It bears the gateway's address, which is the router's: nobody may be told or asked of it by ARP.
        'net.ipv4.conf.all.arp_ignore': '8',
        'net.ipv4.conf.all.arp_announce': '2',
        ...(facts.ipv6
          ? { 'net.ipv6.conf.default.accept_ra': '0', 'net.ipv6.conf.default.accept_dad': '0' }
          : {}),
      },
      portIds: [port.id],
    }),
    plugPort({
      ...place,
      socket: socketOn(cloud, host, network),
      port,
      device: DEVICE,
      isolated: true,
    }),
    addressStep(place, port, answers),
    ...dnsmasqSteps(site, network, place, port, answers),
  ]
}

interface Place {
  readonly host: string
  readonly namespace: string
  readonly source: readonly string[]
}

const DEVICE = 'eth0'

/** The same on all hosts, and in no cloud, as it is no port of Neutron's. */
function standInPort({ cloud, host }: Site, { id }: Network, mac_address: string): PluggedPort {
  const hash = createHash('sha256').update(`ovn dhcp ${cloud.lab} ${id}`).digest('hex')
  return { id: `${hash.slice(0, 8)}-${hash.slice(8, 12)}${onHost(cloud, host)}`, mac_address }
}

/** With scope host no address is a sender's in ARP requests: guests are asked from 0.0.0.0 and learn nothing by it. */
function addressStep(place: Place, port: PluggedPort, { addresses }: OvnDhcpAnswers): IpStep {
  return {
    ...place,
    kind: 'ip',
    id: stepIds.addresses(port.id),
    phase: 'wiring',
    needs: [stepIds.link(port.id)],
    why: 'the server ids that answers come from',
    lines: [
      `link set ${DEVICE} up`,
      ...addresses.map(({ address, family }) =>
        family === 4
          ? `address add ${address} brd + scope host dev ${DEVICE}`
          : `address add ${address} dev ${DEVICE}`,
      ),
    ],
    removeLines: addresses.map(({ address }) => `address delete ${address} dev ${DEVICE}`),
    expects: {
      links: [{ device: DEVICE, macAddress: port.mac_address }],
      addresses: addresses.map(({ address }) => ({ device: DEVICE, address })),
    },
  }
}

function dnsmasqSteps(
  site: Site,
  network: Network,
  place: Place,
  port: PluggedPort,
  { directory, hosts, argv, addresses }: OvnDhcpAnswers,
): Step[] {
  const { cloud, host } = site
  const folder = directoryStep(
    { host: host.name, path: directory, mode: 0o755, why: `dnsmasq of ${place.namespace}` },
    [stepIds.directory(directory.slice(0, directory.lastIndexOf('/')))],
  )
  const file = fileStep({
    ...place,
    path: `${directory}/host`,
    content: hosts,
    why: "which of this host's MACs gets which address",
  })
  const name = serviceAt(site, `dnsmasq-${network.id}`)
  const service: ServiceStep = serviceStep({
    ...place,
    name,
    service: 'dnsmasq',
    phase: 'dhcp',
    needs: [
      stepIds.addresses(port.id),
      `lo:${place.namespace}`,
      stepIds.directory(logDirectory(cloud)),
      file.id,
    ],
    why: `DHCP of ${place.namespace}`,
    argv,
    daemonizes: true,
    pidFile: `${directory}/pid`,
    logFile: `${logDirectory(cloud)}/${name}.log`,
    commandLineHolds: directory,
    listens: addresses.some(({ family }) => family === 4)
      ? [{ protocol: 'udp', address: '0.0.0.0', port: 67 }]
      : [],
    leaves: [`${directory}/pid`, `${directory}/leases`],
    files: { writes: [directory] },
    reloads: { signal: 'SIGHUP', files: [{ id: file.id }] },
    // OVN remembers none: without it dnsmasq keeps an address for a machine that is gone.
    leasing: { device: DEVICE, hosts: file.path, leases: `${directory}/leases` },
    supervised: true,
  })
  return [folder, file, service]
}
