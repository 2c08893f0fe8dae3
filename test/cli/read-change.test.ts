import test from 'ava'
import { instanceAddition } from '../../src/cli/instance.ts'
import { networkAddition } from '../../src/cli/network.ts'
import { type Change, readChange } from '../../src/cli/read-change.ts'
import { routerAddition, subnetAddition } from '../../src/cli/router.ts'
import { LabError } from '../../src/lab/lab-error.ts'
import { cloudOf } from '../fixtures/planned.ts'

const text = `networks:
  private: {subnets: [{name: one, cidr: 10.1.0.0/29}]}
  public: {router:external: true, subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]}
  six: {subnets: [{name: six, cidr: "fd00::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}]}
routers:
  edge: {external_gateway: public, interfaces: [private]}
  second: {}
keypairs: {ops: ssh-ed25519 AAAA ops@example}
instances:
  vm1: {networks: [{name: private, fixed_ip: 10.1.0.5}]}
  vm2: {networks: [private]}
guests: {printer: {networks: [six]}}
`
const record = { lab: 'fixture', cloud: cloudOf(text), kept: { text, edited: false } }

/** What is told of a change that cannot be: in words that the user has typed. */
const tells = test.macro({
  title: (_, what: string) => what,
  async exec(t, _: string, change: () => Change, message: string, hint: string | null = null) {
    const error = await t.throwsAsync(async () => readChange(record, change()), {
      instanceOf: LabError,
    })
    t.is(error?.message, message)
    t.is(error?.standing, 'Nothing was changed.')
    t.is(error?.hint, hint)
    t.notRegex(`${error?.message}${error?.hint}`, /topology\.yaml|\d+:\d+: /)
  },
})

const instance =
  (options: Partial<Parameters<typeof instanceAddition>[1]>, name = 'vm9') =>
  () =>
    instanceAddition(name, { network: ['private'], ...options })

test(
  tells,
  'an address outside the network',
  instance({ network: ['public', 'private=10.9.0.1'] }),
  'Cannot add instance vm9\n--network private=10.9.0.1: `10.9.0.1` is outside every subnet of network `private`: 10.1.0.0/29',
)
test(
  tells,
  'no address',
  instance({ network: ['private='] }),
  'Cannot add instance vm9\n--network private=: must be an IP address like 192.168.30.10',
)
test(
  tells,
  'an address that SLAAC would make',
  instance({ network: ['six=fd00::9'] }),
  'Cannot add instance vm9\n--network six=fd00::9: `fd00::9` cannot be chosen: addresses of fd00::/64 follow from the MAC',
)
test(
  tells,
  'a network without an address left',
  instance({ network: ['private', 'private', 'private'] }),
  'Cannot add instance vm9\n--network private: network `private` has no address left for this port; make the subnet or its allocation pools larger',
)
test(
  tells,
  'a host and a keypair that there are not, told at once',
  instance({ host: 'nosuch', keyName: 'op' }),
  'Cannot add instance vm9\n--host nosuch: there is no host `nosuch`; there is controller\n--key-name op: there is no keypair `op`; did you mean `ops`?',
)
test(
  tells,
  'a property that is too long',
  instance({ property: [`a=b`, `k=${'v'.repeat(256)}`] }),
  `Cannot add instance vm9\n--property 'k=${'v'.repeat(77)}…': is longer than 255 characters, which is nova’s limit`,
)
test(
  tells,
  'a property without a value',
  instance({ property: ['role web'] }),
  "Cannot add instance vm9\n--property 'role web' is not of the form key=value",
)
test(
  tells,
  'user data that is not there',
  instance({ userData: '/nowhere' }),
  'Cannot add instance vm9\n--user-data /nowhere: there is no such file',
)
test(
  tells,
  'user data that is a directory',
  instance({ userData: '/' }),
  'Cannot add instance vm9\n--user-data /: it is a directory',
)
test(
  tells,
  'an empty option',
  instance({ availabilityZone: '' }),
  "Cannot add instance vm9\n--availability-zone '': must not be empty",
)
test(
  tells,
  'a name that is none',
  instance({}, 'a b'),
  "Cannot add instance 'a b'\n'a b': must be a host name: 1 to 63 letters, digits or -, not beginning or ending with - (RFC 1123)",
)
test(
  tells,
  'a name of nothing',
  instance({}, ''),
  'Cannot add instance\nIts name must not be empty',
)

const either = (name: string) => `; \`lab exec ${name}\` could mean either`
for (const [name, owner, rest] of [
  ['vm1', 'an instance vm1', ''],
  ['printer', 'a guest printer', either('printer')],
  ['edge', 'a router edge', either('edge')],
  ['private', 'a network private', either('private')],
  ['controller', 'a host controller', either('controller')],
] as const)
  test(
    tells,
    `an instance cannot have the name of ${owner}`,
    instance({}, name),
    `Cannot add instance ${name}\nLab fixture has ${owner} already${rest}.`,
  )
test(
  tells,
  'nor a router that of an instance',
  () => routerAddition('vm1', {}),
  `Cannot add router vm1\nLab fixture has an instance vm1 already${either('vm1')}.`,
)
test(
  tells,
  'nor a network that of another',
  () => networkAddition('six', { subnet: ['10.0.0.0/24'], dhcp: true }),
  'Cannot add network six\nLab fixture has a network six already.',
)

const network = (options: Partial<Parameters<typeof networkAddition>[1]>) => () =>
  networkAddition('web', { subnet: ['10.0.0.0/24'], dhcp: true, ...options })

test(
  tells,
  'subnets that are none',
  network({ subnet: ['10.0.0.5/24', 'nonsense'] }),
  'Cannot add network web\n--subnet 10.0.0.5/24: has host bits set; the network is 10.0.0.0/24\n--subnet nonsense: must be a CIDR like 192.168.30.0/24',
)
test(
  tells,
  'a subnet too small for DHCP',
  network({ subnet: ['10.0.0.0/31'] }),
  'Cannot add network web\n--subnet 10.0.0.0/31: `10.0.0.0/31` is too small for DHCP: /30 is the smallest; take another range, or add --no-dhcp',
)
test(
  tells,
  'subnets that overlap',
  network({ subnet: ['10.0.0.0/24', '10.0.0.0/25'] }),
  'Cannot add network web\n--subnet 10.0.0.0/25: `10.0.0.0/25` overlaps 10.0.0.0/24 of the same network `web`',
)
test(
  tells,
  'a gateway that no host can have',
  network({ gateway: '10.0.0.255' }),
  'Cannot add network web\n--gateway 10.0.0.255: gateway `10.0.0.255` is the network’s own or its broadcast address, which no gateway can have',
)
test(
  tells,
  'a range that is none, whatever gateway is in it',
  network({ subnet: ['10.0.0.0.0/24'], gateway: '10.0.0.1' }),
  'Cannot add network web\n--subnet 10.0.0.0.0/24: must be a CIDR like 192.168.30.0/24',
)
test(
  tells,
  'a gateway elsewhere',
  network({ gateway: '10.9.0.1' }),
  'Cannot add network web\n--gateway 10.9.0.1 is no address of 10.0.0.0/24',
)
test(
  tells,
  'a name server that is none',
  network({ dnsNameserver: ['192.0.2.53', 'nonsense'] }),
  'Cannot add network web\n--dns-nameserver nonsense is no address of IPv4, as the subnets are',
)
test(
  tells,
  'a name server of another IP version than every subnet',
  network({ subnet: ['10.0.0.0/24', 'fd01::/64'], dnsNameserver: ['fd00::53', 'x'] }),
  'Cannot add network web\n--dns-nameserver x is no address of IPv4 or IPv6, as the subnets are',
)
test(
  tells,
  'an MTU too small for IPv6',
  network({ subnet: ['fd01::/64'], mtu: '1000' }),
  'Cannot add network web\n--mtu 1000: 1000 is too small for IPv6, which needs 1280 (RFC 8200)',
)
test(
  tells,
  'an MTU that is no number',
  network({ mtu: 'x' }),
  'Cannot add network web\n--mtu x is no number of bytes',
)

test(
  tells,
  'a gateway on a network that is not external',
  () => routerAddition('third', { externalGateway: 'private' }),
  'Cannot add router third\n--external-gateway private: network `private` is not external, so no router can have its gateway there; set `router:external: true` on `private`',
)
test(
  tells,
  'a host of a router that there is not',
  () => routerAddition('third', { host: 'nosuch' }),
  'Cannot add router third\n--host nosuch: there is no host `nosuch`; there is controller',
)

test(
  tells,
  "a router's address that is none",
  () => subnetAddition('second', 'one', { fixedIp: 'nonsense' }),
  'Cannot add subnet one to router second\n--fixed-ip nonsense is no IP address',
)
test(
  tells,
  "a router's address outside the subnet",
  () => subnetAddition('second', 'one', { fixedIp: '10.9.0.1' }),
  'Cannot add subnet one to router second\none --fixed-ip 10.9.0.1: `10.9.0.1` is outside every subnet of network `private`: 10.1.0.0/29',
)

test('what a change breaks elsewhere is told by its place in the topology', async t => {
  const change: Change = {
    words: ['x'],
    what: 'do x',
    typed: [{ path: ['instances', 'vm9'], words: 'vm9' }],
    edit: () => text.replace('fixed_ip: 10.1.0.5', 'fixed_ip: 10.9.0.5'),
    tell: () => [],
  }
  const error = await t.throwsAsync(readChange(record, change), { instanceOf: LabError })
  t.is(
    error?.message,
    'Cannot do x\ninstances.vm1.networks[0].fixed_ip: `10.9.0.5` is outside every subnet of network `private`: 10.1.0.0/29',
  )
  t.is(error?.hint, '`lab --lab fixture topology` prints the topology.')
})

test('a change that can be is a wish for the edited topology', async t => {
  const wish = await readChange(record, instance({ network: ['public'] })())
  t.true(wish.kept.edited)
  t.regex(wish.kept.text, /vm9:\n {4}networks: \[public\]/)
})
