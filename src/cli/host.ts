import { agentKey } from '../cloud/agent-states.ts'
import type { HostAgent } from '../lab/change-states.ts'
import { isolateHosts } from '../lab/isolate-hosts.ts'
import { LabError } from '../lab/lab-error.ts'
import type { LabRecord } from '../lab/record.ts'
import { agentsOf } from '../lab/restart-services.ts'
import { canFetch } from '../neutron/agent-knowledge.ts'
import { suggest } from '../topology/suggest.ts'
import { refuseUnlessItStands } from './change-lab.ts'
import { explainHalfWay } from './explain-half-way.ts'
import { untilInterrupted } from './interrupt.ts'
import { lockForCommand } from './lock-for-command.ts'
import { type GlobalOptions, pickLab, pickRecord } from './pick-lab.ts'
import { print } from './print.ts'
import { requireRoot } from './require-root.ts'

/** `lab host isolate`: pulls all cables of hosts. What they can do alone goes on. */
export async function isolate(hosts: readonly string[], globals: GlobalOptions): Promise<void> {
  await change('isolate', hosts, globals, isolated => [...new Set([...isolated, ...hosts])])
}

/** `lab host join`: plugs them in again. */
export async function join(hosts: readonly string[], globals: GlobalOptions): Promise<void> {
  await change('join', hosts, globals, isolated => isolated.filter(host => !hosts.includes(host)))
}

async function change(
  verb: 'isolate' | 'join',
  hosts: readonly string[],
  globals: GlobalOptions,
  next: (isolated: readonly string[]) => string[],
): Promise<void> {
  requireRoot()
  const lab = pickLab(undefined, globals)
  await using _lock = await lockForCommand(lab, `lab host ${verb} ${hosts.join(' ')}`)
  const record = pickRecord(lab, globals)
  refuseUnlessItStands(record)
  for (const host of hosts) checkHost(record, host)
  using interrupt = untilInterrupted()
  const isolated = next(record.states.isolated ?? [])
  const { record: after } = await isolateHosts(record, isolated, interrupt.signal).catch(
    async (error: unknown) => {
      throw await explainHalfWay(error, record, `lab host ${verb}`)
    },
  )
  const wasCutOff = (host: string) => record.states.isolated?.includes(host) === true
  const told = hosts.map(host =>
    wasCutOff(host) === (verb === 'isolate')
      ? `${host} ${ALREADY[verb]}`
      : `${host} ${outcomeOf(verb, after, host)}`,
  )
  const elsewhere = elsewhereOf(verb, record, after, hosts)
  print([...told.map(line => `✔ ${line}`), ...elsewhere.map(line => `  ${line}`)].join('\n'))
}

const ALREADY = { isolate: 'is cut off already', join: 'was not cut off' }

function outcomeOf(verb: 'isolate' | 'join', { cloud, states }: LabRecord, name: string): string {
  const agents = agentsOf({ cloud }).filter(({ host }) => host === name)
  if (verb === 'isolate') {
    const keeps = agents.length === 0 ? '' : '; its agents keep what they know'
    return `is cut off from the other hosts${keeps}`
  }
  const synchronized = agents
    .map(({ agent }) => agent)
    .filter(agent => canFetch(cloud, agent, name, states))
  const rest = agents.length === 0 ? '' : '; no agent of it reaches neutron-server'
  return `is joined to the other hosts${synchronized.length === 0 ? rest : `; ${listed(synchronized)} synchronized`}`
}

/** With the controller, agents of other hosts lose neutron-server, and come back to it. */
function elsewhereOf(
  verb: 'isolate' | 'join',
  before: LabRecord,
  after: LabRecord,
  hosts: readonly string[],
): string[] {
  const [reached, lost] = verb === 'isolate' ? [before, after] : [after, before]
  const agents = agentsOf(after)
    .filter(({ agent, host }) => !hosts.includes(host) && reaches(reached, agent, host))
    .filter(({ agent, host }) => !reaches(lost, agent, host))
    .map(({ agent, host }) => agentKey(agent, host))
  if (agents.length === 0) return []
  if (verb === 'join') return [`${listed(agents)} synchronized`]
  const keeps = agents.length === 1 ? 'which keeps what it knows' : 'which keep what they know'
  return [`neutron-server is out of reach of ${agents.join(' and ')}, ${keeps}`]
}

function reaches({ cloud, states }: LabRecord, agent: HostAgent['agent'], host: string): boolean {
  return canFetch(cloud, agent, host, states)
}

function listed(names: readonly string[]): string {
  return `${names.join(' and ')} ${names.length === 1 ? 'has' : 'have'}`
}

function checkHost({ lab, cloud }: LabRecord, host: string): void {
  const names = cloud.hosts.map(({ name }) => name)
  const near = suggest(host, names)
  if (!names.includes(host))
    throw new LabError(`Lab ${lab} has no host ${host}${near === undefined ? '' : `; ${near}`}`, {
      hint: `There is ${names.join(', ')}.`,
      exitCode: 2,
    })
  if (names.length === 1)
    throw new LabError(`Lab ${lab} has ${host} alone, which there is nothing to cut off from`, {
      hint: 'The section `hosts` of a topology gives a lab several; `lab up hosts` shows it.',
      exitCode: 2,
    })
}
