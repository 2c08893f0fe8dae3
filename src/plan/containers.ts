import type { Cloud, Host } from '../cloud/cloud.ts'
import type { ContainerFacts, MachineFacts } from '../cloud/machine-facts.ts'
import { metadataAgentNames } from '../neutron/metadata-agent/agent-name.ts'
import { engineCommand } from './docker-run.ts'
import { mountsOf } from './mounts.ts'
import { stepIds } from './names.ts'
import { quoteCommand } from './shell-quote.ts'
import type { Container, ImageStep, ServiceName, ServiceStep, Step } from './step.ts'

/**
 * The same steps, with services in containers where the machine's facts name an engine: what Neutron's and Nova's
 * packages bring. A guest's DHCP client is the guest's own and stays a process.
 */
export function placeInContainers(
  cloud: Cloud,
  { containers, root }: MachineFacts,
  steps: readonly Step[],
): readonly Step[] {
  const [host] = cloud.hosts
  if (containers === null || host === undefined) return steps
  const image = imageStep(host, containers, root)
  return [
    image,
    ...steps.map(step => (isOurs(step) ? place(cloud, containers, image, step) : step)),
  ]
}

function isOurs(step: Step): step is ServiceStep & { readonly service: ContainedName } {
  return step.kind === 'service' && step.service in SERVICES
}

function imageStep(host: Host, facts: ContainerFacts, root: string): ImageStep {
  const { image: reference, isOwnImage: isOwn, kind } = facts
  return {
    kind: 'image',
    id: stepIds.image(host.name),
    host: host.name,
    phase: 'image',
    needs: [],
    why: `the containers' image, ${reference}`,
    source: [],
    engine: { kind, host: facts.host },
    reference,
    isOwn,
    argv: isOwn
      ? ['env', `DOCKER_HOST=${facts.host}`, `${root}/lab`, 'image']
      : ['sh', '-c', pullUnlessThere(facts)],
  }
}

function pullUnlessThere(facts: ContainerFacts): string {
  const look = quoteCommand([...engineCommand(facts), 'image', 'inspect', facts.image])
  const pull = quoteCommand([...engineCommand(facts), 'pull', '--quiet', facts.image])
  return `${look} >/dev/null 2>&1 || ${pull}`
}

function place(
  cloud: Cloud,
  facts: ContainerFacts,
  image: ImageStep,
  step: ServiceStep & { readonly service: ContainedName },
): ServiceStep {
  const { capabilities, toArgv } = SERVICES[step.service]
  const argv = toArgv(step)
  const { NODE_COMPILE_CACHE: _machines, ...environment } = step.environment
  const name = [`lab-${cloud.lab}`, step.service, ...proxied(cloud, step)].join('-')
  const door = doorTo(step.namespace, facts)
  const healthcheck = facts.hasHealthchecks ? healthcheckOf(cloud, step) : null
  const container: Container = {
    engine: image.engine,
    name,
    image: facts.image,
    labels: {
      lab: cloud.lab,
      'lab.service': step.service,
      ...(step.namespace === null ? {} : { 'lab.namespace': step.namespace }),
    },
    environment: { ...environment, LAB: cloud.lab },
    network: door.network,
    command: [...door.through, ...argv],
    capabilities: [...capabilities, ...door.capabilities],
    mounts: [...door.mounts, ...mountsOf(step.files)],
    limits: facts.limits,
    healthcheck: healthcheck === null ? null : [...door.through, ...healthcheck],
  }
  return {
    ...step,
    environment,
    argv,
    daemonizes: false,
    needs: [...step.needs, image.id],
    container,
  }
}

/** Of services that there are several of, the namespace or the host tells which; engines know no @ in names. */
function proxied({ hosts }: Cloud, { namespace, service, host }: ServiceStep): string[] {
  if (service === 'nova-api-metadata') return []
  if (isMetadataAgent(service)) return hosts.length === 1 ? [] : [host]
  return namespace === null ? [] : [namespace.replace('@', '.')]
}

function isMetadataAgent(service: ServiceName): boolean {
  const names: readonly string[] = metadataAgentNames
  return names.includes(service)
}

interface Door {
  readonly network: string
  readonly through: readonly string[]
  readonly capabilities: readonly string[]
  readonly mounts: Container['mounts']
}

/**
 * How a container comes into a namespace of the machine. Podman joins it by its path. Docker has no word for that, so
 * the first process goes there itself: setns(2) asks for CAP_SYS_ADMIN and dropping that from the bounding set for
 * CAP_SETPCAP (capabilities(7)), and of neither is anything left when the service begins. Kolla's and TripleO's
 * containers are privileged for it.
 */
function doorTo(namespace: string | null, { kind }: ContainerFacts): Door {
  const open: Door = { network: 'host', through: [], capabilities: [], mounts: [] }
  if (namespace === null) return open
  const path = `/run/netns/${namespace}`
  if (kind === 'podman') return { ...open, network: `ns:${path}` }
  return {
    network: 'host',
    through: ['nsenter', `--net=${path}`, ...LEAVE_RIGHTS],
    capabilities: ['SYS_ADMIN', 'SETPCAP'],
    mounts: [{ path, readOnly: true }],
  }
}

const LEAVE_RIGHTS = ['setpriv', '--inh-caps=-all', '--bounding-set=-sys_admin,-setpcap']

/** Kolla checks nova-api-metadata by HTTP and the agent by what it is connected to; its side-cars not at all. */
function healthcheckOf({ nova }: Cloud, { service, listens }: ServiceStep): string[] | null {
  const socket = listens.find(({ protocol }) => protocol === 'unix')
  if (socket?.protocol === 'unix') return ['lab-healthcheck', 'unix', socket.path]
  if (service !== 'nova-api-metadata') return null
  const scheme = nova.wsgi.ssl_cert_file === null ? 'http' : 'https'
  return ['lab-healthcheck', scheme, nova.metadata_listen, `${nova.metadata_listen_port}`, '/']
}

/** Guests' own, and those that put back what dies where no engine does. */
type ContainedName = Exclude<
  ServiceName,
  'dhclient' | 'neutron-dhcp-agent' | 'neutron-l3-agent' | 'supervisor' | 'udhcpc'
>

interface ContainedProgram {
  /** What it uses before it gives root up, and dnsmasq after that, too. */
  readonly capabilities: readonly string[]
  /** In the foreground, where the engine sees it end. */
  readonly toArgv: (step: ServiceStep) => readonly string[]
}

/** Programs of the lab's own are called by name in an image. */
function ownProgram({ service, argv }: ServiceStep): readonly string[] {
  return [service, ...argv.slice(2)]
}

// What a former self has left belongs to its user: the pid file, and the socket that is asked whether anybody answers.
const METADATA_AGENT: ContainedProgram = {
  capabilities: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
  // ML2/OVN's are the same program.
  toArgv: ({ argv }) => ['neutron-metadata-agent', ...argv.slice(2)],
}

const SERVICES: Readonly<Record<ContainedName, ContainedProgram>> = {
  // As Kolla's wrappers call them (kolla docker/neutron/neutron-base/build-neutron-wrappers).
  // Its master stays root, and ends the workers that are not.
  haproxy: {
    capabilities: ['KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'],
    toArgv: ({ argv: [program = '', ...rest] }) => [program, '-Ws', ...rest],
  },
  dnsmasq: {
    capabilities: ['CHOWN', 'NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW', 'SETGID', 'SETUID'],
    toArgv: ({ argv: [program = '', ...rest] }) => [program, '-k', ...rest],
  },
  radvd: {
    capabilities: ['NET_RAW', 'SETGID', 'SETUID'],
    toArgv: ({ argv }) => [...argv, '-n'],
  },
  'neutron-metadata-agent': METADATA_AGENT,
  'neutron-ovn-agent': METADATA_AGENT,
  'neutron-ovn-metadata-agent': METADATA_AGENT,
  'nova-api-metadata': {
    capabilities: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
    toArgv: ownProgram,
  },
  'neutron-ns-metadata-proxy': {
    capabilities: ['CHOWN', 'DAC_OVERRIDE', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'],
    toArgv: ownProgram,
  },
}
