import test from 'ava'
import fc from 'fast-check'
import { contains, parseAddress, parseCidr } from '../../src/topology/ip.ts'
import { managementNetwork, tunnelNetwork } from '../../src/topology/management-address.ts'
import { readCloud } from './read-cloud.ts'

type Roles = readonly ('controller' | 'network' | 'compute')[]
type Given = Readonly<
  Record<string, { roles: Roles; management_ip?: string; local_ip?: string } | Roles>
>

function cloudWith(hosts: Given, standing: ReturnType<typeof readCloud> | null = null) {
  return readCloud(JSON.stringify({ networks: {}, hosts }), { standing })
}

function addressesOf({ hosts }: ReturnType<typeof readCloud>) {
  return Object.fromEntries(
    hosts.map(({ name, management_cidr, tunnel_cidr }) => [name, [management_cidr, tunnel_cidr]]),
  )
}

const controller: Roles = ['controller']
const network: Roles = ['network']

test('a lone host has the whole state path, number 11 and no tunnels', t => {
  const lone = [
    {
      name: 'controller',
      roles: ['controller', 'network', 'compute'],
      management_cidr: '172.29.236.11/22',
      tunnel_cidr: null,
      state_path: '/var/lib/lab/test',
    },
  ]
  t.deepEqual(readCloud('networks: {}').hosts, lone)
  const roles: Roles = ['controller', 'network', 'compute']
  t.deepEqual(cloudWith({ controller: roles }).hosts, lone)
})

test('the controller is number 11 wherever the file has it, and the others count on', t => {
  const cloud = cloudWith({ net1: network, ctl: controller, net2: network })
  t.deepEqual(addressesOf(cloud), {
    net1: ['172.29.236.12/22', '172.29.240.12/22'],
    ctl: ['172.29.236.11/22', '172.29.240.11/22'],
    net2: ['172.29.236.13/22', '172.29.240.13/22'],
  })
  t.deepEqual(
    cloud.hosts.map(({ state_path }) => state_path),
    ['net1', 'ctl', 'net2'].map(name => `/var/lib/lab/test/hosts/${name}`),
  )
  t.is(cloud.nova.metadata_listen, '172.29.236.11')
})

test('what the file gives wins, and others go round it', t => {
  const given = { roles: network, management_ip: '172.29.236.11', local_ip: '172.29.243.254' }
  t.deepEqual(addressesOf(cloudWith({ ctl: controller, net1: given, net2: network })), {
    ctl: ['172.29.236.12/22', '172.29.240.11/22'],
    net1: ['172.29.236.11/22', '172.29.243.254/22'],
    net2: ['172.29.236.13/22', '172.29.240.12/22'],
  })
})

test('hosts that stay keep their addresses when others come and go, unless the file gives them away', t => {
  const before = cloudWith({ ctl: controller, net1: network, net2: network })
  const after = cloudWith({ ctl: controller, new: network, net2: network }, before)
  t.deepEqual(addressesOf(after), {
    ctl: ['172.29.236.11/22', '172.29.240.11/22'],
    new: ['172.29.236.12/22', '172.29.240.12/22'],
    net2: ['172.29.236.13/22', '172.29.240.13/22'],
  })
  const taker = { roles: network, management_ip: '172.29.236.13' }
  t.deepEqual(addressesOf(cloudWith({ ctl: controller, taker, net2: network }, before)), {
    ctl: ['172.29.236.11/22', '172.29.240.11/22'],
    taker: ['172.29.236.13/22', '172.29.240.12/22'],
    net2: ['172.29.236.12/22', '172.29.240.13/22'],
  })
})

test('the first host beside a lone one gives it tunnels, and leaves it its management address', t => {
  const roles: Roles = ['controller', 'network', 'compute']
  const alone = cloudWith({ aio: { roles, management_ip: '172.29.236.50' } })
  t.deepEqual(addressesOf(cloudWith({ aio: roles, net1: network }, alone)), {
    aio: ['172.29.236.50/22', '172.29.240.11/22'],
    net1: ['172.29.236.11/22', '172.29.240.12/22'],
  })
})

const names = Array.from('abcdefgh')
const wishes = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...names),
    number: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  }),
  { minLength: 2, maxLength: 6, selector: ({ name }) => name },
)

function hostsOf(wish: readonly { name: string; number: number | undefined }[]): Given {
  const taken = new Set<number>()
  return Object.fromEntries(
    wish.map(({ name, number }, index) => {
      const roles = index === 0 ? controller : network
      if (number === undefined || taken.has(number)) return [name, { roles }]
      taken.add(number)
      const place = { management_ip: `172.29.236.${number}`, local_ip: `172.29.240.${number}` }
      return [name, { roles, ...place }]
    }),
  )
}

test('whatever comes and goes, each host has an address of its own in both networks, and keeps it', t => {
  const property = fc.property(fc.array(wishes, { minLength: 2, maxLength: 4 }), steps => {
    let standing = cloudWith(hostsOf(steps[0] ?? []))
    for (const step of steps.slice(1)) {
      const given = hostsOf(step)
      const next = cloudWith(given, standing)
      for (const [key, cidr] of [
        ['management_cidr', managementNetwork],
        ['tunnel_cidr', tunnelNetwork],
      ] as const) {
        const range = parseCidr(cidr)
        const held = next.hosts.map(host => host[key] ?? '')
        t.is(new Set(held).size, held.length)
        for (const text of held) {
          const address = parseAddress(text.split('/')[0] ?? '')
          t.true(range !== undefined && address !== undefined && contains(range, address))
        }
        const fixed = new Set(
          Object.values(given).flatMap(host =>
            'roles' in host ? [key === 'tunnel_cidr' ? host.local_ip : host.management_ip] : [],
          ),
        )
        for (const host of next.hosts) {
          const before = standing.hosts.find(({ name }) => name === host.name)?.[key] ?? null
          const [address] = before?.split('/') ?? []
          const isGiven = fixed.has((host[key] ?? '').split('/')[0])
          if (before !== null && !fixed.has(address) && !isGiven) t.is(host[key], before)
        }
      }
      t.deepEqual(cloudWith(given, next), next)
      standing = next
    }
  })
  t.notThrows(() => fc.assert(property, { numRuns: 60 }))
})
