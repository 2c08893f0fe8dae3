import { readFileSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Guest } from '../cloud/guest.ts'
import { sendSignal } from '../linux/send-signal.ts'
import { guestNamespace } from '../plan/names.ts'
import { isService, type ServiceName, type ServiceStep } from '../plan/step.ts'
import { findService } from '../runtime/process/find-service.ts'
import { LabError } from './lab-error.ts'
import { type LabRecord, upCommandOf } from './record.ts'

/**
 * Lets the DHCP clients of a guest renew now what they would renew at T1, and waits for the answers. Gives the
 * addresses that it has leased. Throws LabError where it has no client that can, where one does not run, and where none
 * answers; the signal's reason when aborted.
 */
export async function renewLeases(
  record: LabRecord,
  guest: Guest,
  signal: AbortSignal,
): Promise<string[]> {
  const namespace = guestNamespace(record.cloud, guest)
  const services = record.plan.steps.filter(isService).filter(step => step.namespace === namespace)
  const clients = services.filter(({ service }) => SIGNALS[service] !== undefined)
  if (clients.length === 0) throw cannotRenew(guest, services)
  return await Promise.all(clients.map(client => renew(client, record, signal)))
}

function cannotRenew({ name }: Guest, [other]: readonly ServiceStep[]): LabError {
  if (other === undefined)
    return new LabError(`${name} leases nothing: no subnet gives it DHCP`, {
      standing: 'Its addresses and routes are static.',
    })
  return new LabError(`${name} has ${other.service} alone, which cannot be told to renew at once`, {
    hint: `\`lab instance reboot ${name}\` lets it ask anew.`,
  })
}

/** What tells a client to renew at once: udhcpc(8). */
const SIGNALS: Partial<Record<ServiceName, NodeJS.Signals>> = { udhcpc: 'SIGUSR1' }

async function renew(client: ServiceStep, record: LabRecord, signal: AbortSignal): Promise<string> {
  const { name, service, environment } = client
  const running = findService(client)
  if (running === null)
    throw new LabError(`${name} does not run`, { hint: `\`${upCommandOf(record)}\` starts it.` })
  const lease = environment.LEASE_FILE ?? ''
  const before = leaseAt(lease)
  const asks = SIGNALS[service]
  if (asks !== undefined) sendSignal(running, asks)
  const deadline = Date.now() + ANSWER_LIMIT_MS
  while ([before, null].includes(leaseAt(lease))) {
    if (Date.now() > deadline)
      throw new LabError(`${name} asked to renew its lease and has had no answer`, {
        standing: 'It keeps the lease that it has, until that ends.',
        hint: `\`lab --lab ${record.lab} logs udhcpc\` and \`lab --lab ${record.lab} status\` tell more.`,
      })
    await delay(POLL_MS, undefined, { signal })
  }
  return /^address=([^/\s]+)/m.exec(readFileSync(lease, 'utf8'))?.[1] ?? ''
}

const ANSWER_LIMIT_MS = 15_000

const POLL_MS = 10

/** When a lease was written last; a client that has lost its lease has an empty one until it has another. */
function leaseAt(path: string): bigint | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined || stats.size === 0n ? null : stats.mtimeNs
}
