import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { statePathOf } from '../src/lab/paths.ts'
import { type LabCommand, withLab } from './lab-command.ts'
import { runTimed } from './run-timed.ts'

/** What a lab of some size has cost. */
export interface Growth {
  readonly networks: number
  readonly guests: number
  readonly upSeconds: number
  readonly downSeconds: number
}

/** Builds and takes down isolated networks of five guests each. Throws where a guest has no lease or no metadata. */
export async function grow(networks: number, signal: AbortSignal): Promise<Growth> {
  const directory = mkdtempSync(`${tmpdir()}/lab-bench-`)
  try {
    const topology = `${directory}/grow.yaml`
    writeFileSync(topology, topologyOf(networks))
    return await withLab(`bench-${process.pid}`, lab => measure(lab, topology, networks, signal))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const GUESTS = 5

function topologyOf(networks: number): string {
  const numbers = Array.from({ length: networks }, (_, index) => index)
  const network = (n: number) => `  net${n}: {subnets: [{cidr: 10.${n >> 8}.${n & 255}.0/24}]}`
  return [
    'name: bench',
    'neutron: {dhcp_agent: {enable_isolated_metadata: true}}',
    'networks:',
    ...numbers.map(network),
    'instances:',
    ...numbers.flatMap(guestsOf).map(([guest, net]) => `  ${guest}: {networks: [${net}]}`),
    '',
  ].join('\n')
}

function guestsOf(network: number): [guest: string, network: string][] {
  return Array.from({ length: GUESTS }, (_, index) => [`vm${network}-${index}`, `net${network}`])
}

async function measure(
  lab: LabCommand,
  topology: string,
  networks: number,
  signal: AbortSignal,
): Promise<Growth> {
  const up = await runTimed([...lab.up(topology)], signal)
  const numbers = Array.from({ length: networks }, (_, index) => index)
  requireLeases(
    lab,
    numbers.flatMap(guestsOf).map(([guest]) => guest),
  )
  await fetchAll(
    lab,
    numbers.map(n => `vm${n}-0`),
    signal,
  )
  const down = await runTimed([...lab.down()], signal)
  return {
    networks,
    guests: networks * GUESTS,
    upSeconds: up.milliseconds / 1000,
    downSeconds: down.milliseconds / 1000,
  }
}

function requireLeases(lab: LabCommand, guests: readonly string[]): void {
  const without = guests.filter(
    guest => !existsSync(`${statePathOf(lab.name)}/guests/${guest}/eth0.lease`),
  )
  if (without.length > 0)
    throw new Error(`${without.length} guests have no lease: ${without.join(', ')}`)
}

/** One guest of each network, a few at a time. */
async function fetchAll(
  lab: LabCommand,
  guests: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const rest = guests.values()
  const worker = async () => {
    for (const guest of rest) await fetchAs(`lab-${lab.name}-${guest}`, guest, signal)
  }
  await Promise.all(Array.from({ length: 4 }, worker))
}

async function fetchAs(namespace: string, guest: string, signal: AbortSignal): Promise<void> {
  const curl = ['curl', '--silent', '--show-error', '--fail', '--max-time', '10', '--noproxy', '*']
  const url = 'http://169.254.169.254/openstack/latest/meta_data.json'
  const { stdout } = await runTimed(['ip', 'netns', 'exec', namespace, ...curl, url], signal)
  if (!stdout.includes(`"name": "${guest}"`))
    throw new Error(`${guest} was given another's metadata: ${stdout}`)
}
