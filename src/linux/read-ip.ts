import { inNetwork } from '../plan/in-network.ts'
import type { SeenLink, SeenRoute } from '../plan/ip-differences.ts'
import type { Step } from '../plan/step.ts'
import { run } from './run.ts'

export interface NamespaceView {
  readonly links: readonly SeenLink[]
  readonly routes: readonly SeenRoute[]
}

/**
 * Devices, addresses and routes of a network namespace, in one process; details cost more, so they are read for steps that
 * expect some. Throws CommandFailed.
 */
export async function readNamespace(
  namespace: string,
  steps: readonly Step[] = [],
): Promise<NamespaceView> {
  const details = steps.some(step => expectsDetails(step, namespace)) ? ['-details'] : []
  const output = await run([...inNetwork(namespace), 'ip', '-json', ...details, '-batch', '-'], {
    stdin: SHOW_LINES,
  })
  return parseViews(output)
}

function expectsDetails(step: Step, namespace: string): boolean {
  if (step.kind !== 'ip' || step.namespace !== namespace) return false
  return step.expects.links?.some(({ isolated }) => isolated) ?? false
}

/** `route show` alone is IPv4's main table; `table all` is both versions', with the kernel's local table besides. */
const SHOW_LINES = 'address show\nroute show table all\n'

/** `ip -json` prints one array for each `show`; an empty one may be left out or be an empty line. */
function parseViews(output: string): NamespaceView {
  const arrays = output
    .split('\n')
    .filter(line => line.startsWith('['))
    .map((line): unknown => JSON.parse(line))
  const rows = arrays.flatMap(value => (Array.isArray(value) ? value : []))
  return { links: rows.filter(isLink), routes: rows.filter(isRoute) }
}

function isLink(value: unknown): value is SeenLink {
  return typeof value === 'object' && value !== null && 'ifname' in value
}

/** With details the main table, too, is named. */
function isRoute(value: unknown): value is SeenRoute {
  if (typeof value !== 'object' || value === null || !('dst' in value)) return false
  return !('table' in value) || value.table === 'main'
}
