import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { readMetadataRoute } from '../lab/read-metadata-route.ts'
import { rebootGuest } from '../lab/reboot-guest.ts'
import type { LabRecord } from '../lab/record.ts'
import { renewLeases } from '../lab/renew-leases.ts'
import { type ChangeOptions, refuseUnlessItStands } from './change-lab.ts'
import { explainHalfWay } from './explain-half-way.ts'
import { findGuest } from './find-resources.ts'
import { untilInterrupted } from './interrupt.ts'
import { lockForCommand } from './lock-for-command.ts'
import { type GlobalOptions, pickLab, pickRecord } from './pick-lab.ts'
import { print, printJson } from './print.ts'
import { requireRoot } from './require-root.ts'

/** `lab instance reboot NAME…`: `openstack server reboot`, as the guest's network sees it. */
export async function reboot(
  names: readonly string[],
  options: ChangeOptions,
  globals: GlobalOptions,
): Promise<void> {
  await forEachGuest(['reboot', ...names], names, options, globals, {
    act: async (record, guest, signal) => {
      await rebootGuest(record, guest, signal)
      return addressesOf(record.cloud, guest)
    },
    describe: ({ name, leased, after }) => `${name} is up again: ${leased}; ${after}`,
  })
}

/** `lab instance renew NAME…`: its DHCP clients renew their leases now. */
export async function renew(
  names: readonly string[],
  options: ChangeOptions,
  globals: GlobalOptions,
): Promise<void> {
  await forEachGuest(['renew', ...names], names, options, globals, {
    act: async (record, guest, signal) => (await renewLeases(record, guest, signal)).join(', '),
    describe: ({ name, leased, before, after }) =>
      `${name} has renewed its lease of ${leased}: ${after}, ${before === after ? 'as before' : `before: ${before}`}`,
  })
}

interface Seen {
  readonly name: string
  /** The addresses that it has come by. */
  readonly leased: string
  /** Its way to the metadata service. */
  readonly before: string
  readonly after: string
}

interface Act {
  readonly act: (record: LabRecord, guest: Guest, signal: AbortSignal) => Promise<string>
  readonly describe: (seen: Seen) => string
}

async function forEachGuest(
  words: readonly string[],
  names: readonly string[],
  options: ChangeOptions,
  globals: GlobalOptions,
  { act, describe }: Act,
): Promise<void> {
  requireRoot()
  const lab = pickLab(undefined, globals)
  await using _lock = await lockForCommand(lab, `lab instance ${words.join(' ')}`)
  const record = pickRecord(lab, globals)
  refuseUnlessItStands(record)
  const guests = [...new Set(names.map(name => findGuest(record.cloud, name)))]
  using interrupt = untilInterrupted()
  const all: Seen[] = []
  for (const guest of guests) {
    const before = await readMetadataRoute(record.cloud, guest)
    const leased = await act(record, guest, interrupt.signal).catch(async (error: unknown) => {
      throw await explainHalfWay(error, record, `${words[0]} of ${guest.name}`)
    })
    const after = await readMetadataRoute(record.cloud, guest)
    const seen = { name: guest.name, leased, before, after }
    if (!options.json) print(`✔ ${describe(seen)}`)
    all.push(seen)
  }
  if (options.json) printJson(all)
}

function addressesOf({ networks }: Cloud, { nics }: Guest): string {
  return nics
    .map(({ network_id, fixed_ips }) => {
      const network = networks.find(({ id }) => id === network_id)
      return `${fixed_ips.map(({ ip_address }) => ip_address).join(' ')} on ${network?.name}`
    })
    .join(', ')
}
