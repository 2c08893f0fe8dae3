import type { Cloud, Host, Instance, Port } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { directoryStep, fileStep } from './file-steps.ts'
import { guestNicSteps } from './guest-nic-steps.ts'
import { guestNamespace, stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import type { Step } from './step.ts'
import { udhcpcScript } from './udhcpc-script.ts'

/** What all guests of a host share: the script of their DHCP client and the directory of their resolv.confs. */
export function guestsBaseSteps(cloud: Cloud, host: Host): Step[] {
  if (cloud.instances.length === 0) return []
  return [
    directoryStep(
      {
        host: host.name,
        path: NETNS_CONFIG,
        mode: 0o755,
        why: 'ip-netns(8) mounts the files below it over /etc',
        shared: true,
      },
      [],
    ),
    fileStep({
      host: host.name,
      path: udhcpcScriptPath(cloud),
      content: udhcpcScript,
      mode: 0o755,
      why: "the guests' DHCP client calls it",
      source: ['instances'],
    }),
  ]
}

/** A guest: a namespace with a device for each port, a resolv.conf of its own, and DHCP where the subnet has it. */
export function guestSteps(
  cloud: Cloud,
  instance: Instance,
  host: Host,
  facts: MachineFacts,
): Step[] {
  const namespace = guestNamespace(cloud, instance)
  const place = { host: host.name, namespace, source: ['instances', instance.name] }
  return [
    ...namespaceSteps({
      ...place,
      why: `instance ${instance.name}`,
      sysctls: { 'net.ipv4.ip_forward': '0' },
      portIds: instance.port_ids,
    }),
    directoryStep(
      {
        ...place,
        path: `${NETNS_CONFIG}/${namespace}`,
        mode: 0o755,
        why: `${instance.name}'s /etc`,
      },
      [stepIds.directory(NETNS_CONFIG)],
    ),
    fileStep({
      ...place,
      path: `${NETNS_CONFIG}/${namespace}/resolv.conf`,
      content: '',
      why: `${instance.name}'s resolver, written by its DHCP client`,
      volatile: true,
    }),
    directoryStep(
      {
        ...place,
        path: leaseDirectory(cloud, instance),
        mode: 0o755,
        why: `leases of ${instance.name}`,
      },
      [stepIds.directory(`${cloud.neutron.state_path}/guests`)],
    ),
    ...portsOf(cloud, instance).flatMap((port, index) =>
      guestNicSteps(cloud, {
        ...place,
        host,
        ipv6: facts.ipv6,
        instance,
        port,
        device: `eth${index}`,
        leaseDirectory: leaseDirectory(cloud, instance),
        script: udhcpcScriptPath(cloud),
        needs: [
          stepIds.file(`${NETNS_CONFIG}/${namespace}/resolv.conf`),
          stepIds.file(udhcpcScriptPath(cloud)),
          stepIds.directory(leaseDirectory(cloud, instance)),
        ],
      }),
    ),
  ]
}

/** Where `ip netns exec` looks for a namespace's own files of /etc (ip-netns(8)). */
const NETNS_CONFIG = '/etc/netns'

function leaseDirectory(cloud: Cloud, instance: Instance): string {
  return `${cloud.neutron.state_path}/guests/${instance.name}`
}

function udhcpcScriptPath(cloud: Cloud): string {
  return `${cloud.neutron.state_path}/guests/udhcpc.script`
}

/** The instance's ports in the order of its NICs. */
function portsOf(cloud: Cloud, instance: Instance): Port[] {
  return instance.port_ids.flatMap(id => cloud.ports.find(port => port.id === id) ?? [])
}
