import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import avaTest from 'ava'
import { execa, type Options } from 'execa'
import { projectRoot } from '../../../src/linux/gather-facts.ts'
import { randomLabName } from './lab-names.ts'
import { changesOfMachine, snapshotMachine } from './machine.ts'
import { testRuntime } from './test-runtime.ts'

export { randomLabName }

/** How a command ended and what it printed. */
export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the launcher as a user does; LAB_RUNTIME says which runtime (ava.config.js), unless a test asks for another. */
export async function lab(args: readonly string[], options: Options = {}): Promise<Ended> {
  const result = await execa(join(projectRoot, 'lab'), args, {
    reject: false,
    stdin: 'ignore',
    ...options,
  })
  return {
    exitCode: result.exitCode ?? -1,
    stdout: String(result.stdout),
    stderr: String(result.stderr),
  }
}

export interface StandingLab {
  readonly name: string
  /** `lab --lab <name> …`. */
  readonly run: (args: readonly string[]) => Promise<Ended>
  /** Runs a command in a node and gives its stdout; fails the test where it fails. */
  readonly inNode: (node: string, command: readonly string[]) => Promise<string>
}

/**
 * Brings a topology up (a file, or the name of one that ships) under a random name, runs the body, takes the lab
 * down and checks that the machine is as before. `env` is for all commands but `lab down`, which has the lab's record.
 */
export async function withLab(
  t: ExecutionContext,
  topology: string,
  body: (lab: StandingLab) => Promise<void>,
  upOptions: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const before = await snapshotMachine()
  const name = randomLabName()
  try {
    const up = await lab(['up', topology, '--name', name, ...upOptions], { env })
    t.is(up.exitCode, 0, up.stderr)
    await body(standingLab(t, name, env))
  } finally {
    const down = await lab(['down', name])
    t.is(down.exitCode, 0, down.stderr)
  }
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
}

/** One that stands under that name; `env` is for all of its commands. */
export function standingLab(
  t: ExecutionContext,
  name: string,
  env: Readonly<Record<string, string>> = {},
): StandingLab {
  const run = (args: readonly string[]) => lab(['--lab', name, ...args], { env })
  return {
    name,
    run,
    inNode: async (node, command) => {
      const { exitCode, stdout, stderr } = await run(['exec', node, '--', ...command])
      t.is(exitCode, 0, `${command.join(' ')} in ${node}: ${stderr}`)
      return stdout
    },
  }
}

/** Writes a topology to a temporary file for the length of a test. */
export async function withTopologyFile(
  text: string,
  body: (path: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'lab-test-'))
  const path = join(directory, 'topology.yaml')
  writeFileSync(path, text)
  try {
    await body(path)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Waits until a condition holds, and throws with its last words where it never does. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen in ${limitMs} ms`)
    await delay(10)
  }
}

export const isRoot = process.getuid?.() === 0

/** A test that works on real namespaces, one after the other; as anyone but root it is skipped, and says why. */
export function hostTest(title: string, body: (t: ExecutionContext) => Promise<void>): void {
  const fullTitle = testRuntime === 'process' ? title : `${title} (${testRuntime})`
  if (isRoot) avaTest.serial(fullTitle, body)
  else avaTest.skip(`${fullTitle} (needs root)`, body)
}

/** A host test of what has nothing to do with containers: it is there where the whole run uses processes alone. */
export function processTest(title: string, body: (t: ExecutionContext) => Promise<void>): void {
  if (testRuntime === 'process') hostTest(title, body)
}

export function stateExists(name: string): boolean {
  return existsSync(`/var/lib/lab/${name}`)
}
