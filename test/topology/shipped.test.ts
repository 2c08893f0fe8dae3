import { readFile } from 'node:fs/promises'
import test from 'ava'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import {
  describeShippedTopologies,
  listShippedTopologies,
} from '../../src/lab/shipped-topologies.ts'
import { readTopology } from '../../src/topology/read-topology.ts'

for (const name of listShippedTopologies()) {
  test(`${name} ships without mistakes, under its own name, with its schema and the openstack commands`, async t => {
    const text = await readFile(new URL(`../../topologies/${name}.yaml`, import.meta.url), 'utf8')
    const reading = readTopology({ path: `${name}.yaml`, text })
    t.true(reading.ok)
    if (!reading.ok) return
    t.is(reading.topology.name, name)
    t.true(text.startsWith('# yaml-language-server: $schema=./schema.json\n'))
    t.regex(text, /^# +openstack network create /m)
    t.is(deriveCloud(reading.topology, { lab: name, secret: '' }).lab, name)
  })
}

test('each says in a line what it is', t => {
  for (const { name, about } of describeShippedTopologies()) t.regex(about, /^[A-Z].{20,}$/, name)
})

test('dhcp-mode and router-mode ship', t => {
  const shipped = listShippedTopologies()
  t.true(['dhcp-mode', 'router-mode'].every(name => shipped.includes(name)))
})
