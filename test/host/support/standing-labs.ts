import test from 'ava'
import type { Cloud, Port } from '../../../src/cloud/cloud.ts'
import type { Instance } from '../../../src/cloud/instance.ts'
import { readRecord } from '../../../src/lab/record.ts'
import {
  dhcpNamespace,
  routerGatewayDevice,
  routerInterfaceDevice,
  routerNamespace,
  tapDevice,
} from '../../../src/neutron/names.ts'
import { guestNamespace, hostNamespace, outsideNamespace } from '../../../src/plan/names.ts'
import type { Plan } from '../../../src/plan/step.ts'
import { type Ended, isRoot, lab, randomLabName, stateExists, withTopologyFile } from './lab.ts'
import { changesOfMachine, type MachineSnapshot, snapshotMachine } from './machine.ts'

/** A topology by the name of one that ships or as YAML, and more options and environment of `lab up`. */
export interface LabWish {
  readonly topology: string
  readonly options?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Why it cannot stand here, where it cannot; its tests are then to be left out. */
  readonly missing?: string
  /** Tests do harm to it, and mend it: after one that fails half-way `lab up` does, so that the next ones tell of themselves. */
  readonly isHarmed?: true
}

/** A lab that stands for all tests of a file. */
export interface BuiltLab {
  readonly name: string
  readonly cloud: Cloud
  readonly plan: Plan
  /** How `lab up` ended. */
  readonly up: Ended
  readonly statePath: string
}

/**
 * Brings labs up before the first test of a file and takes them down after the last, when the machine must be as it
 * was. Gives a function for each that finds the lab once it stands.
 */
export function standingLabs<K extends string>(
  wishes: Readonly<Record<K, LabWish>>,
): (key: K) => BuiltLab {
  const built = new Map<string, BuiltLab>()
  const names: string[] = []
  const harmed: [name: string, wish: LabWish][] = []
  let before: MachineSnapshot = {}
  if (isRoot) {
    test.serial.before(async t => {
      before = await snapshotMachine()
      for (const [key, wish] of Object.entries<LabWish>(wishes)) {
        if (wish.missing !== undefined) continue
        const name = randomLabName()
        names.push(name)
        const up = await bringUp(name, wish)
        t.is(up.exitCode, 0, up.stderr)
        built.set(key, describeLab(name, up))
        if (wish.isHarmed) harmed.push([name, wish])
      }
    })
    test.serial.afterEach.always(async t => {
      if (t.passed) return
      for (const [name, wish] of harmed) await bringUp(name, wish)
    })
    test.serial.after.always(async t => {
      const standing = names.filter(stateExists)
      const down = await lab(['down', ...standing])
      if (standing.length > 0) t.is(down.exitCode, 0, down.stderr)
      t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
    })
  }
  return key => built.get(key) ?? fail(`lab ${key} does not stand`)
}

async function bringUp(
  name: string,
  { topology, options = [], env = {} }: LabWish,
): Promise<Ended> {
  if (!topology.includes('\n'))
    return await lab(['up', topology, '--name', name, ...options], { env })
  let ended: Ended | undefined
  await withTopologyFile(topology, async path => {
    ended = await lab(['up', path, '--name', name, ...options], { env })
  })
  return ended ?? fail('lab up did not run')
}

/** What a lab's own record says of it. */
export function describeLab(name: string, up: Ended): BuiltLab {
  const { cloud, plan } = readRecord(name) ?? fail(`lab ${name} has no record`)
  return { name, cloud, plan, up, statePath: cloud.neutron.state_path }
}

/** Names in the words of a topology, so that tests need no ids. */
export function namesIn({ cloud }: BuiltLab) {
  const network = (name: string) =>
    cloud.networks.find(candidate => candidate.name === name) ?? fail(`no network ${name}`)
  const router = (name: string) =>
    cloud.routers.find(candidate => candidate.name === name) ?? fail(`no router ${name}`)
  const instance = (name: string): Instance =>
    cloud.instances.find(candidate => candidate.name === name) ?? fail(`no instance ${name}`)
  const port = (owner: Port['device_owner'], networkName: string) =>
    cloud.ports.find(
      ({ device_owner, network_id }) =>
        device_owner === owner && network_id === network(networkName).id,
    ) ?? fail(`no ${owner} on ${networkName}`)
  return {
    network,
    router,
    instance,
    port,
    qdhcp: (name: string) => dhcpNamespace(network(name).id),
    qrouter: (name: string) => routerNamespace(router(name).id),
    guest: (name: string) => guestNamespace(cloud, instance(name)),
    outside: (name: string) => outsideNamespace(cloud, network(name)),
    host: hostNamespace(cloud.lab, cloud.hosts[0]?.name ?? 'controller'),
    dhcpDevice: (name: string) => tapDevice(port('network:dhcp', name).id),
    interfaceDevice: (name: string) =>
      routerInterfaceDevice(port('network:router_interface', name).id),
    gatewayDevice: (name: string) => routerGatewayDevice(port('network:router_gateway', name).id),
  }
}

function fail(reason: string): never {
  throw new Error(reason)
}
