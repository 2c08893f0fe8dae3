/**
 * The plan: the ordered resources that make a cloud real. Plain data that JSON can carry; printing it as a shell
 * script (`renderScript`) and applying it (`lab/apply.ts`) use the same commands (`commandOf`).
 */
export interface Plan {
  readonly lab: string
  readonly statePath: string
  readonly steps: readonly Step[]
}

export type Step =
  | DirectoryStep
  | FileStep
  | NamespaceStep
  | IpStep
  | SysctlStep
  | RulesStep
  | ServiceStep
  | WaitStep
  | CertificatesStep
  | ImageStep

export type Phase =
  | 'files'
  | 'image'
  | 'namespaces'
  | 'wiring'
  | 'dhcp'
  | 'proxies'
  | 'metadata'
  | 'guests'

interface StepBase {
  /** Unique in the plan and stable between plans of one topology: `kind:name`. */
  readonly id: string
  /** Name of the host whose executor runs it. */
  readonly host: string
  readonly phase: Phase
  /** Ids of steps that must stand before this one can. */
  readonly needs: readonly string[]
  /** One line of why it is there. */
  readonly why: string
  /** Where in the topology it comes from: `networks`, `private`; empty where no line of it says so. */
  readonly source: readonly string[]
}

export interface DirectoryStep extends StepBase {
  readonly kind: 'directory'
  readonly path: string
  readonly mode: number
  /** Not the lab's own: made if it is absent, taken away only if a lab made it and nothing is left in it. */
  readonly shared?: true
}

export interface FileStep extends StepBase {
  readonly kind: 'file'
  readonly path: string
  readonly mode: number
  readonly content: string
  /** Programs rewrite it after it was made, so its content says nothing about the lab's health. */
  readonly volatile?: true
}

export interface NamespaceStep extends StepBase {
  readonly kind: 'netns'
  readonly namespace: string
}

export interface IpStep extends StepBase {
  readonly kind: 'ip'
  readonly namespace: string
  /** Arguments after `ip -n <namespace>`, one command a line. */
  readonly lines: readonly string[]
  /** The same for taking it away; empty where it goes with its namespace or its link. */
  readonly removeLines: readonly string[]
  /** What the kernel must show afterwards. */
  readonly expects: IpExpectation
}

export interface IpExpectation {
  readonly links?: readonly ExpectedLink[]
  readonly addresses?: readonly ExpectedAddress[]
  /** Destinations as `ip route show` prints them, with the next hop and device. */
  readonly routes?: readonly ExpectedRoute[]
}

export interface ExpectedLink {
  readonly device: string
  readonly macAddress?: string
  readonly mtu?: number
  /** The bridge it is a port of. */
  readonly master?: string
  /** The bridge carries nothing between it and others that are. */
  readonly isolated?: true
}

export interface ExpectedAddress {
  readonly device: string
  /** With prefix length. */
  readonly address: string
}

export interface ExpectedRoute {
  readonly destination: string
  readonly gateway: string | null
  readonly device: string
}

export interface SysctlStep extends StepBase {
  readonly kind: 'sysctl'
  readonly namespace: string
  readonly settings: Readonly<Record<string, string>>
  /** The step of the device that begins anew where one of them is left to the kernel again. */
  readonly resetBy?: string
}

export interface RulesStep extends StepBase {
  readonly kind: 'rules'
  readonly namespace: string
  /** Of `iptables`, `ip6tables` or `ebtables`. */
  readonly family: 4 | 6 | 'bridge'
  /** Input of iptables-restore and its like, in the form in which iptables-save prints it. */
  readonly rules: string
}

export interface ServiceStep extends StepBase {
  readonly kind: 'service'
  /** Unique in the lab: `haproxy-<network id>`. */
  readonly name: string
  /** The operator's name for it. */
  readonly service: ServiceName
  /** Null for the machine's own network namespace. */
  readonly namespace: string | null
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The program goes to the background by itself once it serves; else it is started there. */
  readonly daemonizes: boolean
  readonly pidFile: string
  readonly logFile: string
  /** Words that its command line holds, to tell it from a stranger with its pid. */
  readonly commandLineHolds: string
  readonly listens: readonly Listener[]
  /** The addresses of which a DHCP client leases one. */
  readonly leases?: readonly ExpectedAddress[]
  /** Files it makes that must go before it can be started anew, and after it. */
  readonly leaves: readonly string[]
  /** It is put back when it dies, by its watcher (`watcherOf`) or by its container's engine. */
  readonly supervised: boolean
  /** Paths that it opens: what its container must be given. */
  readonly files: ServiceFiles
  /** What it needs no new start for; a change of any other file that it needs makes it start anew. */
  readonly reloads?: Reloads
  /** While it runs its files are left as they were when it started: its agent only looks whether it runs. */
  readonly staysWhileItRuns?: true
  /** Where it keeps the leases it gives: those of ports that are gone are released, as the DHCP agent does. */
  readonly leasing?: Leasing
  /** Where it does not run as a process of its own. */
  readonly container?: Container
}

export type ContainedService = ServiceStep & { readonly container: Container }

export function isService(step: Step): step is ServiceStep {
  return step.kind === 'service'
}

export function isContained(step: Step): step is ContainedService {
  return step.kind === 'service' && step.container !== undefined
}

export interface Reloads {
  /** Null where it reads them whenever it needs them. */
  readonly signal: 'SIGHUP' | null
  readonly files: readonly ReloadedFile[]
  /** It writes its pid file anew when it has read them. */
  readonly isAcknowledged?: true
}

export interface ReloadedFile {
  /** Of its step. */
  readonly id: string
  /** Where the file is JSON and only these members of it are read again. */
  readonly members?: readonly string[]
}

/** dnsmasq's; paths. */
export interface Leasing {
  readonly device: string
  readonly hosts: string
  readonly leases: string
}

export interface ServiceFiles {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Files that the topology names, which need not be there. */
  readonly named: readonly string[]
}

/** An engine, as far as a plan must know it. */
export interface ContainerEngine {
  readonly kind: 'docker' | 'podman'
  /** `unix:///var/run/docker.sock` */
  readonly host: string
}

/** A container that runs `argv` of its service. */
export interface Container {
  readonly engine: ContainerEngine
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly environment: Readonly<Record<string, string>>
  /** `host`, or Podman's `ns:<path>`. */
  readonly network: string
  /** What its first process calls, which becomes the service. */
  readonly command: readonly string[]
  /** Linux's names without `CAP_`. */
  readonly capabilities: readonly string[]
  readonly mounts: readonly Mount[]
  readonly limits: { readonly nofile: number; readonly nproc: number }
  readonly healthcheck: readonly string[] | null
}

/** A path of the machine at the same path in a container. */
export interface Mount {
  readonly path: string
  readonly readOnly: boolean
  /** Left out where there is nothing. */
  readonly optional?: true
}

export type ServiceName =
  | 'dhclient'
  | 'dnsmasq'
  | 'haproxy'
  | 'neutron-dhcp-agent'
  | 'neutron-l3-agent'
  | 'neutron-metadata-agent'
  | 'neutron-ns-metadata-proxy'
  | 'neutron-ovn-agent'
  | 'neutron-ovn-metadata-agent'
  | 'nova-api-metadata'
  | 'radvd'
  | 'supervisor'
  | 'udhcpc'

export type Listener =
  | { readonly protocol: 'tcp' | 'udp'; readonly address: string; readonly port: number }
  | { readonly protocol: 'unix'; readonly path: string }

/** Files that a program makes, differently each time. */
export interface CertificatesStep extends StepBase {
  readonly kind: 'certificates'
  /** Lines of a shell script, of which the first that fails ends it. */
  readonly script: string
  /** Paths; it stands while all of them are there. */
  readonly makes: readonly string[]
}

/** The image of a lab's containers, in the engine. It stays when the lab goes. */
export interface ImageStep extends StepBase {
  readonly kind: 'image'
  readonly engine: ContainerEngine
  readonly reference: string
  /** `lab` makes it of this machine's files; else the engine pulls it where it is not there. */
  readonly isOwn: boolean
  /** The command that makes sure of it. */
  readonly argv: readonly [string, ...string[]]
}

export interface WaitStep extends StepBase {
  readonly kind: 'wait'
  readonly namespace: string
  /** A shell condition that becomes true. */
  readonly until: string
  /** A shell command that asks for it, run now and then while it is not. */
  readonly meanwhile?: string
  /** What the kernel must show from then on. */
  readonly expects?: IpExpectation
  readonly timeoutSeconds: number
  /** A log whose last lines tell why it did not. */
  readonly log?: string
  /** Who should have made it true, and what to type to see why they did not. */
  readonly advice?: string
}
