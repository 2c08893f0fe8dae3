import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { LabError } from '../lab/lab-error.ts'
import { type LabRecord, upCommandOf } from '../lab/record.ts'
import { systemPath } from '../linux/system-path.ts'
import { findNode, nodeNames } from '../plan/find-node.ts'
import { suggest } from '../topology/suggest.ts'
import { type GlobalOptions, pickRecord } from './pick-lab.ts'
import { requireRoot } from './require-root.ts'

/** `lab exec`: runs a command in a node's namespace and ends with its exit code. */
export async function exec(
  node: string,
  command: readonly string[],
  globals: GlobalOptions,
): Promise<void> {
  requireRoot()
  const record = pickRecord(undefined, globals)
  const words = command[0] === '--' ? command.slice(1) : command
  await enter(record, namespaceOf(record, node), words)
}

/** `lab shell`: the user's shell in a node's namespace. */
export async function shell(node: string, globals: GlobalOptions): Promise<void> {
  requireRoot()
  const record = pickRecord(undefined, globals)
  const namespace = namespaceOf(record, node)
  process.stderr.write(`You are root in ${namespace}, with the machine's files. Leave with exit.\n`)
  await enter(record, namespace, [process.env.SHELL ?? '/bin/sh'])
}

/** The namespace of a node by its name or its namespace. Throws LabError where there is none, or where it is down. */
function namespaceOf(record: LabRecord, node: string): string {
  const namespace = findNode(record.cloud, node)
  if (namespace === null) {
    const names = nodeNames(record.cloud)
    const near = suggest(node, names)
    throw new LabError(
      `Lab ${record.lab} has no node ${node}${near === undefined ? '' : `; ${near}`}`,
      { hint: `There is ${names.join(', ')}.`, exitCode: 2 },
    )
  }
  if (existsSync(`/run/netns/${namespace}`)) return namespace
  throw new LabError(`Namespace ${namespace} of ${node} does not stand`, {
    hint: `\`${upCommandOf(record)}\` puts it back.`,
  })
}

/** Ctrl-C in the terminal reaches the command itself; this process only waits for it. */
async function enter(
  record: LabRecord,
  namespace: string,
  command: readonly string[],
): Promise<void> {
  const child = spawn('ip', ['netns', 'exec', namespace, ...command], {
    stdio: 'inherit',
    env: { ...process.env, PATH: systemPath, LAB: record.lab },
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
