import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { LabError } from '../lab/lab-error.ts'
import { type LabRecord, upCommandOf } from '../lab/record.ts'
import { systemPath } from '../linux/system-path.ts'
import { findNode, type Node, nodeNames } from '../plan/find-node.ts'
import { hostEntry } from '../plan/host-entry.ts'
import { suggest } from '../topology/suggest.ts'
import { type GlobalOptions, pickRecord } from './pick-lab.ts'
import { requireRoot } from './require-root.ts'
import { shortenList } from './shorten-list.ts'

/** `lab exec`: runs a command in a node's namespace and ends with its exit code. */
export async function exec(
  node: string,
  command: readonly string[],
  globals: GlobalOptions,
): Promise<void> {
  requireRoot()
  const record = pickRecord(undefined, globals)
  const words = command[0] === '--' ? command.slice(1) : command
  await enter(record, nodeOf(record, node), words)
}

/** `lab shell`: the user's shell in a node's namespace. */
export async function shell(word: string, globals: GlobalOptions): Promise<void> {
  requireRoot()
  const record = pickRecord(undefined, globals)
  const node = nodeOf(record, word)
  const place =
    node.host === null
      ? node.namespace
      : `${node.namespace}, where \`ip netns\` has what is on ${node.name}`
  process.stderr.write(`You are root in ${place}, with the machine's files. Leave with exit.\n`)
  await enter(record, node, [process.env.SHELL ?? '/bin/sh'])
}

/** A node by its name or its namespace. Throws LabError where there is none, or where it is down. */
function nodeOf(record: LabRecord, word: string): Node {
  const node = findNode(record, word)
  if (node === null) throw noSuchNode(record, word)
  if (existsSync(`/run/netns/${node.namespace}`)) return node
  throw new LabError(`Namespace ${node.namespace} of ${word} does not stand`, {
    hint: `\`${upCommandOf(record)}\` puts it back.`,
  })
}

/** Of a name with a wrong host, the hosts that have it. */
function noSuchNode(record: LabRecord, word: string): LabError {
  const names = nodeNames(record)
  const [stem = ''] = word.split('@')
  const elsewhere = names.filter(name => word !== stem && name.startsWith(`${stem}@`))
  const near = elsewhere.length > 0 ? undefined : suggest(word, names)
  return new LabError(
    `Lab ${record.lab} has no node ${word}${near === undefined ? '' : `; ${near}`}`,
    { hint: `There is ${shortenList(elsewhere.length > 0 ? elsewhere : names)}.`, exitCode: 2 },
  )
}

/** Ctrl-C in the terminal reaches the command itself; this process only waits for it. */
async function enter(
  { lab, plan }: LabRecord,
  { namespace, host }: Node,
  command: readonly string[],
): Promise<void> {
  const words = host === null ? command : hostEntry(plan.steps, host, command)
  const child = spawn('ip', ['netns', 'exec', namespace, ...words], {
    stdio: 'inherit',
    env: { ...process.env, PATH: systemPath, LAB: lab },
  })
  const ignore = () => undefined
  process.on('SIGINT', ignore)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  const [code, signal] = await once(child, 'exit')
  process.off('SIGINT', ignore)
  process.exitCode = typeof code === 'number' ? code : 128 + signalNumber(signal)
}

function signalNumber(signal: unknown): number {
  return new Map<unknown, number>(Object.entries(constants.signals)).get(signal) ?? 0
}
