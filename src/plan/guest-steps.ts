import type { Cloud, Host } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { directoryStep, fileStep } from './file-steps.ts'
import { guestNicSteps } from './guest-nic-steps.ts'
import { guestNamespace, stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import type { Step } from './step.ts'
import { udhcpcScript } from './udhcpc-script.ts'

/** What all guests of a host share: the script of their DHCP client and the directory of their resolv.confs. */
export function guestsBaseSteps(cloud: Cloud, host: Host): Step[] {
  if (cloud.guests.length === 0) return []
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
      source: [],
    }),
  ]
}

/** A guest: a namespace with a device for each NIC, a resolv.conf of its own, and DHCP where the subnet has it. */
export function guestSteps(cloud: Cloud, guest: Guest, host: Host, facts: MachineFacts): Step[] {
  const { name, instance_id, nics } = guest
  const namespace = guestNamespace(cloud, guest)
  const isInstance = instance_id !== null
  const place = { host: host.name, namespace, source: [isInstance ? 'instances' : 'guests', name] }
  return [
    ...namespaceSteps({
      ...place,
      why: isInstance ? `instance ${name}` : `guest ${name}, which Nova does not have`,
      sysctls: { 'net.ipv4.ip_forward': '0' },
      portIds: nics.map(({ id }) => id),
    }),
    directoryStep(
      {
        ...place,
        path: `${NETNS_CONFIG}/${namespace}`,
        mode: 0o755,
        why: `${name}'s /etc`,
      },
      [stepIds.directory(NETNS_CONFIG)],
    ),
    fileStep({
      ...place,
      path: `${NETNS_CONFIG}/${namespace}/resolv.conf`,
      content: '',
      why: `${name}'s resolver, written by its DHCP client`,
      volatile: true,
    }),
    directoryStep(
      {
        ...place,
        path: leaseDirectory(cloud, guest),
        mode: 0o755,
        why: `leases of ${name}`,
      },
      [stepIds.directory(`${cloud.neutron.state_path}/guests`)],
    ),
    ...nics.flatMap((nic, index) =>
      guestNicSteps(cloud, {
        ...place,
        host,
        facts,
        guest,
        nic,
        device: `eth${index}`,
        leaseDirectory: leaseDirectory(cloud, guest),
        script: udhcpcScriptPath(cloud),
        needs: [
          stepIds.file(`${NETNS_CONFIG}/${namespace}/resolv.conf`),
          stepIds.file(udhcpcScriptPath(cloud)),
          stepIds.directory(leaseDirectory(cloud, guest)),
        ],
      }),
    ),
  ]
}

/** Where `ip netns exec` looks for a namespace's own files of /etc (ip-netns(8)). */
const NETNS_CONFIG = '/etc/netns'

function leaseDirectory(cloud: Cloud, { name }: Guest): string {
  return `${cloud.neutron.state_path}/guests/${name}`
}

function udhcpcScriptPath(cloud: Cloud): string {
  return `${cloud.neutron.state_path}/guests/udhcpc.script`
}
