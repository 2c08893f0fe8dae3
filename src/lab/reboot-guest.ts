import type { Guest } from '../cloud/guest.ts'
import { run } from '../linux/run.ts'
import { guestNamespace } from '../plan/names.ts'
import { isService, type Step } from '../plan/step.ts'
import { stopServices } from '../runtime/stop-services.ts'
import { applySteps } from './apply.ts'
import { Journal } from './journal.ts'
import type { LabRecord } from './record.ts'

/**
 * What a network sees of a guest's reboot: its DHCP clients end without releasing anything, its links go down with all
 * addresses and routes, and then it comes by them as on its first boot. Throws as `applySteps` does; `lab up` goes on
 * then.
 */
export async function rebootGuest(
  { lab, cloud, plan }: LabRecord,
  guest: Guest,
  signal: AbortSignal,
): Promise<void> {
  const namespace = guestNamespace(cloud, guest)
  const steps = plan.steps.filter(step => 'namespace' in step && step.namespace === namespace)
  const services = steps.filter(isService)
  // From here on it counts as not standing, until all of it was made again.
  using journal = new Journal(lab)
  const again = steps.filter(isMadeAtBoot)
  journal.write({ event: 'begin', steps: again.map(({ id }) => id) })
  await stopServices(services, lab)
  await run(['ip', '-n', namespace, '-batch', '-'], {
    lab,
    stdin: guest.nics.map((_, index) => `${goDown(`eth${index}`)}\n`).join(''),
  })
  await applySteps(again, { lab, journal, signal })
}

/** Addresses and routes that it has by itself, what it waits for, and its clients; its links are the hypervisor's. */
function isMadeAtBoot({ kind, id }: Step): boolean {
  if (kind === 'service' || kind === 'wait') return true
  return kind === 'ip' && (id.startsWith('addresses:') || id.startsWith('routes:'))
}

function goDown(device: string): string {
  return `link set ${device} down\naddress flush dev ${device}`
}
