import { existsSync, readFileSync } from 'node:fs'
import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import type { ApplyEvent } from '../lab/apply.ts'
import { explainElsewhere } from '../lab/explain-elsewhere.ts'
import { fetchAsGuest } from '../lab/guest-fetch.ts'
import { lastComplaint } from '../lab/last-complaint.ts'
import { readMetadataRoute } from '../lab/read-metadata-route.ts'
import { metadataUrlOf, whyNoMetadataFor } from '../neutron/guest-metadata.ts'
import { metadataAgentName } from '../neutron/metadata-agent/agent-name.ts'
import { nexthopOfNewLease } from '../neutron/new-lease.ts'
import { whyUnknownGuests } from '../nova/why-unknown-guests.ts'
import type { Step } from '../plan/step.ts'
import { asTyped } from './command-name.ts'

/** What a guest got, or why it got nothing. */
export type Fetched = Asked & ({ readonly body: string } | Failure)

export type Failed = Asked & Failure

interface Asked {
  readonly instance: string
  readonly path: string
  /** With its path. */
  readonly url: string
}

interface Failure {
  readonly problem: string
  /** Why Neutron itself serves none, or what else does; empty where the lab should have. */
  readonly reasons: readonly string[]
  /** What the lab's services have said of it where they should have served it. */
  readonly logged: readonly string[]
  /** What helps where the guest only has to renew its lease; null elsewhere. */
  readonly hint: string | null
}

const FETCH_PATH = '/openstack/latest/meta_data.json'

/** Fetches as soon as everything that it takes has been made, while the supervisor starts and all is read back. */
export class FirstFetch {
  readonly #cloud: Cloud
  readonly #missing = new Set<string>()
  #fetched: Promise<Fetched | null> | null = null

  constructor(cloud: Cloud) {
    this.#cloud = cloud
  }

  start(steps: readonly Step[]): void {
    for (const step of steps)
      if (!(step.kind === 'service' && step.service === 'supervisor')) this.#missing.add(step.id)
  }

  note(event: ApplyEvent): void {
    if (event.event !== 'made') return
    for (const { id } of event.steps) this.#missing.delete(id)
    if (this.#missing.size === 0) this.#fetched ??= fetchFirst(this.#cloud)
  }

  async result(): Promise<Fetched | null> {
    return await (this.#fetched ?? fetchFirst(this.#cloud))
  }
}

/** The metadata of the first guest that has a route to it, fetched by itself. */
async function fetchFirst(cloud: Cloud): Promise<Fetched | null> {
  const guests = cloud.guests.filter(({ instance_id }) => instance_id !== null)
  const guest =
    guests.find(candidate => hasRoute(cloud, candidate)) ??
    guests.find(candidate => whyNoMetadataFor(cloud, candidate).length === 0) ??
    guests[0]
  if (guest === undefined) return null
  const url = `${metadataUrlOf(cloud, guest)}${FETCH_PATH}`
  const about = { instance: guest.name, path: FETCH_PATH, url }
  const startedMs = Date.now()
  try {
    return { ...about, body: await fetchAsGuest(cloud, guest, url) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    const known = reasons(cloud, guest)
    const hint = known.length > 0 ? null : await explainOldLease(cloud, guest)
    const isExplained = known.length > 0 || hint !== null
    const logged = isExplained ? [] : await complaints(cloud, startedMs)
    return { ...about, problem, reasons: known, logged, hint }
  }
}

/** A guest goes by its lease until it renews that, whatever has changed. */
async function explainOldLease(cloud: Cloud, guest: Guest): Promise<string | null> {
  const route = await readMetadataRoute(cloud, guest)
  const via = /via (\S+)/.exec(route)?.[1] ?? null
  const nexthop = nexthopOfNewLease(cloud, guest, via)
  if (nexthop === null) return null
  const command = `lab --lab ${cloud.lab} instance renew ${guest.name}`
  return asTyped(`Its lease is an old one: ${route}. The next leads via ${nexthop}: \`${command}\``)
}

async function complaints(cloud: Cloud, sinceMs: number): Promise<string[]> {
  const found = metadataServiceNames(cloud).map(service =>
    lastComplaint(cloud.lab, service, sinceMs),
  )
  return (await Promise.all(found)).flatMap(complaint => complaint ?? [])
}

/** Who has to do with a request for metadata, by the names of services. */
export function metadataServiceNames({ neutron }: Cloud): readonly string[] {
  return [metadataAgentName(neutron), 'nova-api-metadata']
}

/** Whether its lease has brought a route to the metadata service. */
function hasRoute(cloud: Cloud, { name }: Guest): boolean {
  const path = `${cloud.neutron.state_path}/guests/${name}/eth0.lease`
  return existsSync(path) && readFileSync(path, 'utf8').includes('169.254.169.254')
}

/** Where Neutron itself serves it none, or another agent or nova should, that is no failure of the lab. */
function reasons(cloud: Cloud, guest: Guest): readonly string[] {
  const unserved = whyNoMetadataFor(cloud, guest)
  if (unserved.length > 0) return unserved
  const elsewhere = explainElsewhere(cloud).map(asTyped)
  const unknown = whyUnknownGuests(cloud)
  return elsewhere.length > 0 || unknown === null ? elsewhere : [unknown]
}
