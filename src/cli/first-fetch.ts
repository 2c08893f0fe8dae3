import { existsSync, readFileSync } from 'node:fs'
import type { Cloud, Instance } from '../cloud/cloud.ts'
import { fetchAsGuest } from '../lab/guest-fetch.ts'
import { whyNoMetadata } from '../neutron/why-no-metadata.ts'

/** What a guest got, or why it got nothing. */
export type Fetched =
  | { readonly instance: string; readonly path: string; readonly body: string }
  | { readonly instance: string; readonly path: string; readonly problem: string }

const FETCH_PATH = '/openstack/latest/meta_data.json'

/** The metadata of the first guest that has a route to it, fetched by itself. */
export async function fetchFirst(cloud: Cloud): Promise<Fetched | null> {
  const instance =
    cloud.instances.find(candidate => hasLease(cloud, candidate)) ?? cloud.instances[0]
  if (instance === undefined) return null
  const about = { instance: instance.name, path: FETCH_PATH }
  try {
    return { ...about, body: await fetchAsGuest(cloud, instance, FETCH_PATH) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { ...about, problem: [problem, ...reasons(cloud, instance)].join('\n') }
  }
}

function hasLease(cloud: Cloud, instance: Instance): boolean {
  const path = `${cloud.neutron.state_path}/guests/${instance.name}/eth0.lease`
  return existsSync(path) && readFileSync(path, 'utf8').includes('169.254.169.254')
}

/** Where Neutron itself serves none, that is no failure of the lab. */
function reasons(cloud: Cloud, { id }: Instance): string[] {
  const ports = cloud.ports.filter(port => port.device_id === id)
  return cloud.networks
    .filter(network => ports.some(port => port.network_id === network.id))
    .flatMap(network => whyNoMetadata(cloud, network) ?? [])
}
