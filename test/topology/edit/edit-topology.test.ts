import test from 'ava'
import fc from 'fast-check'
import { addInstance, removeInstances } from '../../../src/topology/edit/edit-instances.ts'
import { addNetwork, removeNetwork } from '../../../src/topology/edit/edit-networks.ts'
import {
  addInterface,
  addRouter,
  removeRouter,
  replaceInterface,
} from '../../../src/topology/edit/edit-routers.ts'
import { setTexts } from '../../../src/topology/edit/set-texts.ts'
import { readTopology } from '../../../src/topology/read-topology.ts'

interface Row {
  readonly what: string
  readonly from: string
  readonly edit: (text: string) => string
  readonly to: string
}

const commented = `# what it is for
networks:
  # inside
  private: {subnets: [{cidr: 192.168.30.0/24}]} # small
  public:
    router:external: true
    subnets:
      - cidr: 203.0.113.0/24

routers:
  edge:
    interfaces: [private]

# the end
`

const rows: readonly Row[] = [
  {
    what: 'a network comes last, and comments, order and style of the rest stay',
    from: commented,
    edit: text => addNetwork(text, 'second', { subnets: [{ cidr: '10.0.0.0/24' }] }),
    to: commented.replace(
      '\nrouters:',
      '  second:\n    subnets:\n      - {cidr: 10.0.0.0/24}\n\nrouters:',
    ),
  },
  {
    what: 'a network with all that can be said of it',
    from: 'networks: {}\n',
    edit: text =>
      addNetwork(text, 'out', {
        external: true,
        mtu: 1400,
        subnets: [
          {
            name: 'out-subnet',
            cidr: 'fd00::/64',
            gateway_ip: null,
            enable_dhcp: false,
            dns_nameservers: ['fd00::53'],
          },
        ],
      }),
    to: `networks:
  out:
    router:external: true
    mtu: 1400
    subnets:
      - {name: out-subnet, cidr: fd00::/64, gateway_ip: null, enable_dhcp: false, dns_nameservers: [fd00::53]}
`,
  },
  {
    what: 'a network goes with the comment above it',
    from: 'networks:\n  a: {}\n  # of b\n  b: {}\n',
    edit: text => removeNetwork(text, 'b'),
    to: 'networks:\n  a: {}\n',
  },
  {
    what: 'a section that there is not is made',
    from: 'networks:\n  a: {}\n',
    edit: text => addInstance(text, 'vm1', { networks: ['a'] }),
    to: 'networks:\n  a: {}\n\ninstances:\n  vm1:\n    networks: [a]\n',
  },
  {
    what: 'a section with nothing in it is filled',
    from: 'networks: {a: {}}\nrouters:\n',
    edit: text => addRouter(text, 'edge', {}),
    to: 'networks: {a: {}}\nrouters:\n  edge: {}\n',
  },
  {
    what: 'a file in one line stays in one line',
    from: '{networks: {a: {}}}\n',
    edit: text => addRouter(text, 'edge', { external_gateway: 'a', host: 'net1' }),
    to: '{networks: {a: {}}, routers: {edge: {external_gateway: a, host: net1}}}\n',
  },
  {
    what: 'blanks in braces stay the habit of the file',
    from: 'networks: { a: {} }\nrouters: { edge: { interfaces: [ a ] } }\n',
    edit: text => addInterface(text, 'edge', { network: 'b', subnet: '10.0.0.0/24' }),
    to: 'networks: { a: {} }\nrouters: { edge: { interfaces: [ a, { network: b, subnet: 10.0.0.0/24 } ] } }\n',
  },
  {
    what: 'user data of several lines is a block, and odd words have quotes',
    from: 'networks: {a: {}}\n',
    edit: text =>
      addInstance(text, '10', {
        networks: [{ name: 'a', fixed_ip: 'fd00::9' }],
        key_name: 'ops',
        metadata: { on: 'yes: no', '1': '2' },
        user_data: '#!/bin/sh\necho\n',
        availability_zone: 'null',
      }),
    to: `networks: {a: {}}

instances:
  "10":
    networks: [{name: a, fixed_ip: fd00::9}]
    key_name: ops
    metadata:
      "1": "2"
      on: "yes: no"
    user_data: |
      #!/bin/sh
      echo
    availability_zone: "null"
`,
  },
  {
    what: 'a router without interfaces gets its first',
    from: 'networks: {a: {}}\nrouters:\n  edge:\n    external_gateway: out\n',
    edit: text => addInterface(text, 'edge', { network: 'a' }),
    to: 'networks: {a: {}}\nrouters:\n  edge:\n    external_gateway: out\n    interfaces: [a]\n',
  },
  {
    what: 'a router of which nothing is said gets its first interface',
    from: 'networks: {a: {}}\nrouters:\n  edge:\n',
    edit: text => addInterface(text, 'edge', { network: 'a' }),
    to: 'networks: {a: {}}\nrouters:\n  edge:\n    interfaces: [a]\n',
  },
  {
    what: 'a list of interfaces keeps its form',
    from: 'networks: {a: {}}\nrouters:\n  edge:\n    interfaces:\n      - a # first\n',
    edit: text => addInterface(text, 'edge', { network: 'b' }),
    to: 'networks: {a: {}}\nrouters:\n  edge:\n    interfaces:\n      - a # first\n      - b\n',
  },
  {
    what: 'an interface goes, and what remains of it is in its place',
    from: 'networks: {a: {}}\nrouters: {edge: {interfaces: [a, b, c]}}\n',
    edit: text => replaceInterface(text, 'edge', 1, [{ network: 'b', subnet: 'x' }]),
    to: 'networks: {a: {}}\nrouters: {edge: {interfaces: [a, {network: b, subnet: x}, c]}}\n',
  },
  {
    what: 'the last interface goes',
    from: 'networks: {a: {}}\nrouters:\n  edge:\n    interfaces:\n      - a\n',
    edit: text => replaceInterface(text, 'edge', 0, []),
    to: 'networks: {a: {}}\nrouters:\n  edge:\n    interfaces: []\n',
  },
  {
    what: 'an alias of what goes has a copy from then on',
    from: 'networks: {a: {}}\ninstances:\n  vm1: &vm {networks: [a]}\n  vm2: *vm\n',
    edit: text => removeInstances(text, ['vm1']),
    to: 'networks: {a: {}}\ninstances:\n  vm2: {networks: [a]}\n',
  },
  {
    what: 'what an alias stands for too does not change with it',
    from: 'networks: {a: {}}\nrouters:\n  one: &r {interfaces: [a]}\n  two: *r\n',
    edit: text => addInterface(text, 'one', { network: 'b' }),
    to: 'networks: {a: {}}\nrouters:\n  one: &r {interfaces: [a, b]}\n  two: {interfaces: [a]}\n',
  },
  {
    what: 'what is an alias changes alone',
    from: 'networks: {a: {}}\nrouters:\n  one: &r {interfaces: [a]}\n  two: *r\n',
    edit: text => addInterface(text, 'two', { network: 'b' }),
    to: 'networks: {a: {}}\nrouters:\n  one: &r {interfaces: [a]}\n  two: {interfaces: [a, b]}\n',
  },
  {
    what: 'a list that others share by an anchor is copied before it grows',
    from: 'networks: {a: {}}\nrouters:\n  one: {interfaces: &i [a]}\n  two: {interfaces: *i}\n',
    edit: text => addInterface(text, 'two', { network: 'b' }),
    to: 'networks: {a: {}}\nrouters:\n  one: {interfaces: &i [a]}\n  two: {interfaces: [a, b]}\n',
  },
  {
    what: 'what comes by a merge can be taken away',
    from: 'networks: {a: {}}\ninstances:\n  <<: {vm1: {networks: [a]}, vm2: {networks: [a]}}\n  vm3: {networks: [a]}\n',
    edit: text => removeInstances(text, ['vm1']),
    to: 'networks: {a: {}}\ninstances:\n  vm2: {networks: [a]}\n  vm3: {networks: [a]}\n',
  },
  {
    what: 'paths are written where they stand, with their comments',
    from: 'nova:\n  wsgi:\n    ssl_cert_file: nova.crt # ours\n    ssl_key_file: "nova.key"\nnetworks: {}\n',
    edit: text =>
      setTexts(text, [
        { path: ['nova', 'wsgi', 'ssl_cert_file'], value: '/etc/nova.crt' },
        { path: ['nova', 'wsgi', 'ssl_key_file'], value: '/etc/nova.key' },
      ]),
    to: 'nova:\n  wsgi:\n    ssl_cert_file: /etc/nova.crt # ours\n    ssl_key_file: "/etc/nova.key"\nnetworks: {}\n',
  },
]

for (const { what, from, edit, to } of rows)
  test(what, t => {
    t.is(edit(from), to)
  })

const refuses = test.macro({
  title: (_, what: string) => `refused: ${what}`,
  exec(t, _what: string, edit: () => string, message: string) {
    t.throws(edit, { name: 'EditRefused', message })
  },
})

test(
  refuses,
  'what is there',
  () => addNetwork('networks: {a: {}}\n', 'a', { subnets: [] }),
  'networks.a is there already',
)
test(
  refuses,
  'what is there by a merge',
  () => addInstance('instances: {<<: {vm1: {}}}\n', 'vm1', { networks: ['a'] }),
  'instances.vm1 is there already',
)
test(
  refuses,
  'what is not there',
  () => removeRouter('networks: {}\n', 'edge'),
  'routers.edge is not there',
)
test(
  refuses,
  'what is no topology',
  () => removeNetwork('- a\n', 'a'),
  'the text is no mapping of YAML',
)

test('any metadata and user data are read as they were given', t => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1, maxLength: 20 }).filter(key => !unsafe.has(key)),
        fc.string({ maxLength: 40 }),
      ),
      fc.string({ maxLength: 200 }),
      (metadata, user_data) => {
        const text = addInstance('networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}\n', 'vm1', {
          networks: ['a'],
          metadata,
          user_data,
        })
        const reading = readTopology({ path: 'x', text })
        t.true(reading.ok, text)
        if (!reading.ok) return
        const { vm1 } = reading.topology.instances
        t.deepEqual({ ...vm1?.metadata }, { ...metadata })
        t.is(Buffer.from(vm1?.user_data ?? '', 'base64').toString(), user_data)
      },
    ),
  )
})

/** Keys that the reader refuses wherever they stand; the change is refused with them. */
const unsafe = new Set(['__proto__', 'constructor', 'prototype', '<<'])
