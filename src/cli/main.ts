import { Command, CommanderError, Option } from 'commander'
import { describeShippedTopologies } from '../lab/shipped-topologies.ts'
import { alignColumns } from './print.ts'
import { renderError } from './render-error.ts'

// What a lab writes says its own mode; folders above it must be passable for services without root.
process.umask(0o022)

// `lab … | head -1` reads no more than it wants; errors of stderr have nowhere left to be told.
process.stdout.on('error', (error: Error & { readonly code?: unknown }) => {
  if (error.code === 'EPIPE') return
  process.stderr.write(`✖ Cannot write the answer: ${error.message}\n`)
  process.exitCode = 1
})
process.stderr.on('error', () => undefined)

/** The command line: parses, picks the command and imports it on demand, so that help costs next to nothing. */
const program = new Command('lab')
  .description(
    'Builds the path on which an OpenStack guest fetches its metadata, on this machine, in about a second.',
  )
  .version('0.1.0')
  .option('--lab <name>', 'the lab that a command is about; needed where several stand')
  .enablePositionalOptions()
  .exitOverride()
  .configureOutput({ writeErr: text => process.stderr.write(text) })
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    '\nFirst:  sudo lab up dhcp-mode\nThen:   sudo lab exec vm1 -- curl -s http://169.254.169.254/',
  )

const json = new Option('--json', 'print the answer as JSON')

program.commandsGroup('A lab:')

program
  .command('up')
  .description('build a lab, or apply what has changed in its topology')
  .argument(
    '<topology>',
    'a YAML file, `-` for standard input, or the name of one that ships, as below',
  )
  .addHelpText('after', shippedTopologies)
  .option('--name <name>', "the lab's name (default: the topology's)")
  .option('--release <release>', "Neutron's release, and Nova's where the file names none")
  .addOption(
    new Option(
      '--runtime <runtime>',
      'where the services run: auto is containers where Docker or Podman answers, else processes',
    )
      .choices(['auto', 'docker', 'process'])
      .env('LAB_RUNTIME')
      .default('auto'),
  )
  .option(
    '--image <reference>',
    "the containers' image, instead of one made of this machine's files",
  )
  .option('--dry-run', 'print the shell script that builds the same lab, and change nothing')
  .option('--keep-on-error', 'leave what stands when something fails, instead of rolling back')
  .option('--no-install', 'refuse where host programs are missing, instead of installing them')
  .addOption(json)
  .action(async (topology, options) => (await import('./up.ts')).up(topology, options))

program
  .command('down')
  .description('take labs down; carries on over errors, and a second run finishes')
  .argument('[name...]', 'labs; may be left out where only one stands')
  .option('--all', 'every lab; no names beside it')
  .addOption(json)
  .action(async (names, options) =>
    (await import('./down.ts')).down(names, options, program.opts()),
  )

program
  .command('list')
  .description('list the labs of this machine')
  .addOption(json)
  .action(async options => (await import('./list.ts')).list(options))

program
  .command('status')
  .description('what stands of a lab, what should, and what differs')
  .argument('[name]', 'the lab; may be left out where only one stands')
  .addOption(json)
  .action(async (name, options) =>
    (await import('./status.ts')).status(name, options, program.opts()),
  )

program
  .command('exec')
  .description('run a command in a node: an instance, a network, a router or a host')
  .argument('<node>', 'by name (`vm1`, `private`) or by namespace (`qdhcp-…`)')
  .argument('<command...>', 'the command and its arguments, after --')
  .passThroughOptions()
  .action(async (node, command) => (await import('./exec.ts')).exec(node, command, program.opts()))

program
  .command('shell')
  .description('open a shell in a node')
  .argument('<node>', 'as for exec')
  .action(async node => (await import('./exec.ts')).shell(node, program.opts()))

program
  .command('logs')
  .description('show what services have printed')
  .argument(
    '[service]',
    'dnsmasq, haproxy, neutron-metadata-agent, nova-api-metadata, neutron-dhcp-agent, …',
  )
  .option('-f, --follow', 'go on as it grows')
  .addOption(json)
  .action(async (service, options) =>
    (await import('./logs.ts')).logs(service, options, program.opts()),
  )

program
  .command('restart')
  .description('stop services and start them again; what is stopped is started')
  .argument(
    '<service>',
    'dnsmasq, haproxy, neutron-metadata-agent, nova-api-metadata, neutron-dhcp-agent, …',
  )
  .action(async service => (await import('./restart.ts')).restart(service, program.opts()))

const units = 'neutron-dhcp-agent, neutron-l3-agent@network1, neutron-metadata-agent, …'

program
  .command('stop')
  .description("stop OpenStack's own services; what agents have made stays as it is")
  .argument('<service...>', units)
  .action(async names => (await import('./stop.ts')).stop(names, program.opts()))

program
  .command('start')
  .description('start services that are stopped; agents synchronize')
  .argument('<service...>', units)
  .action(async names => (await import('./stop.ts')).start(names, program.opts()))

program.commandsGroup('Changing a lab that stands, in the words of openstack:')

const network = program
  .command('network')
  .description('networks: list them, add one with its subnets, remove one')
network
  .command('list')
  .description('as `openstack network list`')
  .addOption(json)
  .action(async options =>
    (await import('./resource-lists.ts')).networkList(options, program.opts()),
  )
network
  .command('add')
  .description('a network with subnets, and its DHCP')
  .argument('<name>')
  .requiredOption('--subnet <cidr...>', 'its subnets: 192.168.40.0/24')
  .option('--gateway <address>', 'gateway_ip of the subnet that holds it; `none` for none')
  .option('--no-dhcp', 'without DHCP')
  .option('--dns-nameserver <address...>', 'DNS servers that DHCP gives')
  .option('--mtu <bytes>', 'what its type leaves of 1500 when left out')
  .option('--external', 'routers may have their gateway here')
  .addOption(json)
  .action(async (name, options) =>
    (await import('./network.ts')).add(name, options, program.opts()),
  )
network
  .command('remove')
  .description('a network without ports but those of its DHCP')
  .argument('<network>', 'by name or id')
  .addOption(json)
  .action(async (name, options) =>
    (await import('./network.ts')).remove(name, options, program.opts()),
  )

program
  .command('subnet')
  .description('subnets: list them')
  .command('list')
  .description('as `openstack subnet list`')
  .addOption(json)
  .action(async options =>
    (await import('./resource-lists.ts')).subnetList(options, program.opts()),
  )

const router = program
  .command('router')
  .description('routers: list, add and remove them, and let them join subnets and leave them')
router
  .command('list')
  .description('as `openstack router list`')
  .addOption(json)
  .action(async options =>
    (await import('./resource-lists.ts')).routerList(options, program.opts()),
  )
router
  .command('add')
  .description('a router')
  .argument('<name>')
  .option('--external-gateway <network>', 'an external network, by name or id')
  .option('--host <host>', 'the network host that has it')
  .addOption(json)
  .action(async (name, options) => (await import('./router.ts')).add(name, options, program.opts()))
router
  .command('remove')
  .description('a router without interfaces')
  .argument('<router>', 'by name or id')
  .addOption(json)
  .action(async (name, options) =>
    (await import('./router.ts')).remove(name, options, program.opts()),
  )
router
  .command('add-subnet')
  .description('let a router join a subnet, with its gateway_ip')
  .argument('<router>', 'by name or id')
  .argument('<subnet>', 'by name, id or CIDR')
  .option('--fixed-ip <address>', 'instead of the gateway_ip')
  .addOption(json)
  .action(async (name, subnet, options) =>
    (await import('./router.ts')).addSubnet(name, subnet, options, program.opts()),
  )
router
  .command('remove-subnet')
  .description('take a router from a subnet')
  .argument('<router>', 'by name or id')
  .argument('<subnet>', 'by name, id or CIDR')
  .addOption(json)
  .action(async (name, subnet, options) =>
    (await import('./router.ts')).removeSubnet(name, subnet, options, program.opts()),
  )

const instance = program
  .command('instance')
  .alias('server')
  .description('instances: list, add, remove and reboot them, and let them renew their leases')
instance
  .command('list')
  .description('as `openstack server list`')
  .addOption(json)
  .action(async options =>
    (await import('./resource-lists.ts')).instanceList(options, program.opts()),
  )
instance
  .command('add')
  .description('an instance')
  .argument('<name>')
  .requiredOption('--network <network...>', 'its NICs in order: a network, or network=address')
  .option('--host <host>', 'the compute host that has it')
  .option('--key-name <keypair>', 'one of the keypairs of the topology')
  .option('--property <key=value...>', 'metadata, shown as `meta`')
  .option('--user-data <file>', 'served as it is, never run on this machine')
  .option('--availability-zone <zone>', 'nova when left out')
  .addOption(json)
  .action(async (name, options) =>
    (await import('./instance.ts')).add(name, options, program.opts()),
  )
instance
  .command('remove')
  .description('instances, with their ports')
  .argument('<instance...>', 'by name or id')
  .addOption(json)
  .action(async (names, options) =>
    (await import('./instance.ts')).remove(names, options, program.opts()),
  )
instance
  .command('reboot')
  .description('as its network sees it: DHCP from the start; says its route to 169.254.169.254')
  .argument('<instance...>', 'by name or id')
  .addOption(json)
  .action(async (names, options) =>
    (await import('./reboot.ts')).reboot(names, options, program.opts()),
  )
instance
  .command('renew')
  .description('renew leases now; says the route to 169.254.169.254 before and after')
  .argument('<instance...>', 'by name or id')
  .addOption(json)
  .action(async (names, options) =>
    (await import('./reboot.ts')).renew(names, options, program.opts()),
  )

program
  .command('port')
  .description('ports: list them')
  .command('list')
  .description('as `openstack port list`')
  .option('--network <network>', 'those on it, by name or id')
  .option('--server <instance>', 'those of an instance, by name or id')
  .option('--router <router>', 'those of a router, by name or id')
  .option('--device-owner <owner>', 'those of network:dhcp, compute:nova, …')
  .option('--host <host>', 'those that are bound to it')
  .option('--long', 'more columns')
  .addOption(json)
  .action(async options => (await import('./port-list.ts')).portList(options, program.opts()))

program
  .command('topology')
  .description('print the topology that a lab is made of, with the changes made by these commands')
  .argument('[name]', 'the lab; may be left out where only one stands')
  .action(async name => (await import('./topology.ts')).topology(name, program.opts()))

const host = program
  .command('host')
  .description('hosts: list them, cut them off and join them again')
host
  .command('list')
  .description('their roles, addresses and states, and what is on them')
  .addOption(json)
  .action(async options => (await import('./host-list.ts')).hostList(options, program.opts()))
host
  .command('isolate')
  .description('pull all cables of hosts')
  .argument('<host...>', 'by name')
  .action(async hosts => (await import('./host.ts')).isolate(hosts, program.opts()))
host
  .command('join')
  .description('plug them in again')
  .argument('<host...>', 'by name')
  .action(async hosts => (await import('./host.ts')).join(hosts, program.opts()))

program.commandsGroup('Checking and cleaning up:')

program
  .command('validate')
  .description('check topologies; needs no root')
  .argument('<topology...>', 'files, or names of those that ship')
  .addOption(json)
  .action(async (topologies, options) =>
    (await import('./validate.ts')).validate(topologies, options),
  )

program
  .command('schema')
  .description('print the JSON Schema of a topology, for editors; needs no root')
  .action(async () => (await import('./schema.ts')).schema())

program
  .command('doctor')
  .description('check that this machine has what a lab needs')
  .option('--install', 'install the programs that are missing')
  .addOption(json)
  .action(async options =>
    (await import('./doctor.ts')).doctor({
      json: options.json === true,
      install: options.install === true,
    }),
  )

program
  .command('image')
  .description('load the image that labs use into the container engine, and print its name')
  .addOption(json)
  .action(async options => (await import('./image.ts')).image(options))

program
  .command('clean')
  .description('take away what crashed or rebooted labs have left')
  .option('--images', "also the container engine's images of older versions, which no lab uses")
  .option('--dry-run', 'only say what would go')
  .addOption(json)
  .action(async options => (await import('./clean.ts')).clean(options))

function shippedTopologies(): string {
  const rows = describeShippedTopologies().map(({ name, about }) => [`  ${name}`, about])
  return `\nTopologies that ship:\n${alignColumns(rows).join('\n')}`
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode =
    error instanceof CommanderError ? usageExitCode(error) : await renderError(error)
}

/** Help and version are answers; everything else that commander refuses is wrong usage. */
function usageExitCode(error: CommanderError): number {
  return error.exitCode === 0 ? 0 : 2
}
