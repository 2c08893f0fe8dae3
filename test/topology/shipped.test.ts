import { readFile } from 'node:fs/promises'
import test from 'ava'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import {
  describeShippedTopologies,
  listShippedTopologies,
} from '../../src/lab/shipped-topologies.ts'
import { whyNoMetadataFor } from '../../src/neutron/guest-metadata.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { guestNamespace, stepIds } from '../../src/plan/names.ts'
import { readTopology } from '../../src/topology/read-topology.ts'
import { newestRelease } from '../../src/topology/release-names.ts'
import { machineFacts } from '../fixtures/cloud.ts'

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
    for (const release of [reading.topology.neutron.release, newestRelease]) {
      const neutron = { ...reading.topology.neutron, release: release ?? newestRelease }
      const cloud = deriveCloud({ ...reading.topology, neutron }, { lab: name, secret: '' })
      const unserved = cloud.guests.flatMap(guest => whyNoMetadataFor(cloud, guest))
      t.deepEqual(unserved, [], `every guest is served on ${neutron.release}`)
      const made = new Set(buildPlan(cloud, machineFacts).steps.map(({ id }) => id))
      t.true(cloud.guests.every(guest => made.has(stepIds.namespace(guestNamespace(cloud, guest)))))
    }
  })
}

test('each says in a line what it is', t => {
  for (const { name, about } of describeShippedTopologies()) t.regex(about, /^[A-Z].{20,}$/, name)
})

test('dhcp-mode and router-mode ship', t => {
  const shipped = listShippedTopologies()
  t.true(['dhcp-mode', 'router-mode'].every(name => shipped.includes(name)))
})
