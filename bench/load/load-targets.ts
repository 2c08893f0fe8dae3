import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { readPidFile } from '../../src/linux/process-table.ts'
import { newestRelease } from '../../src/topology/release-names.ts'
import { withLab } from '../lab-command.ts'
import { runTimed } from '../run-timed.ts'
import { startHaproxyBeside } from './haproxy-beside.ts'
import { findStandingLab, pidOf, type StandingLab } from './standing-lab.ts'

/** Something that answers meta_data.json to a guest. */
export interface LoadTarget {
  readonly name: string
  readonly namespace: string
  readonly url: string
  /** Of the services whose share of the cores is told. */
  readonly pids: Readonly<Record<string, number>>
}

/** The chain with the last release of the WSGI agent that was recorded, and with the socket-server agent. */
export const chainReleases = ['zed', newestRelease] as const

/**
 * Measures with what there is to compare: haproxy that answers by itself, haproxy before an agent that does nothing, and
 * the chain with each of the two agents. All of them stand at once, so that they can be loaded in turns.
 */
export async function withLoadTargets<T>(
  signal: AbortSignal,
  action: (targets: readonly LoadTarget[]) => Promise<T>,
): Promise<T> {
  const [wsgi, socket] = chainReleases
  return withChain(wsgi, signal, first =>
    withChain(socket, signal, async second => {
      const directory = mkdtempSync(`${tmpdir()}/lab-bench-`)
      // haproxy gives up root and still reaches the socket
      chmodSync(directory, 0o711)
      try {
        const chain = [chainTarget(wsgi, first), chainTarget(socket, second)]
        return await withPeers(first, directory, signal, peers => action([...peers, ...chain]))
      } finally {
        rmSync(directory, { recursive: true })
      }
    }),
  )
}

function withChain<T>(
  release: string,
  signal: AbortSignal,
  action: (lab: StandingLab) => Promise<T>,
): Promise<T> {
  return withLab(`bench-${process.pid}-${release.replace('.', '-')}`, async lab => {
    await runTimed([...lab.up('dhcp-mode'), '--release', release], signal)
    return action(findStandingLab(lab.name))
  })
}

function chainTarget(name: string, lab: StandingLab): LoadTarget {
  const services = ['haproxy', 'neutron-metadata-agent', 'nova-api-metadata']
  const pids = Object.fromEntries(services.map(service => [service, pidOf(lab, service)]))
  return { name, namespace: lab.guestNamespace, url: urlOn(80), pids }
}

async function withPeers<T>(
  lab: StandingLab,
  directory: string,
  signal: AbortSignal,
  action: (peers: readonly LoadTarget[]) => Promise<T>,
): Promise<T> {
  const [bodyFile, socket] = [`${directory}/body`, `${directory}/agent`]
  writeFileSync(bodyFile, await fetchMetaData(lab, signal))
  const answer = `http-request return status 200 content-type application/json file ${bodyFile}`
  await using _agent = await startTrivialAgent(socket, bodyFile)
  const beside = (name: string, port: number, line: string) =>
    startHaproxyBeside(lab, directory, { name, port, lines: [line] }, signal)
  await using _alone = await beside('haproxy', 81, answer)
  await using _trivial = await beside('trivial', 82, `server metadata ${socket}`)
  const peer = (name: string, port: number): LoadTarget => {
    const pids = { haproxy: readPidFile(`${directory}/${name}.pid`) ?? 0 }
    return { name, namespace: lab.guestNamespace, url: urlOn(port), pids }
  }
  return await action([peer('haproxy', 81), peer('trivial', 82)])
}

async function fetchMetaData(lab: StandingLab, signal: AbortSignal): Promise<string> {
  const curl = ['curl', '--silent', '--show-error', '--fail', '--max-time', '10', '--noproxy', '*']
  const { guestNamespace } = lab
  const argv = ['ip', 'netns', 'exec', guestNamespace, ...curl, urlOn(80)] as const
  return (await runTimed([...argv], signal)).stdout
}

async function startTrivialAgent(socket: string, bodyFile: string): Promise<AsyncDisposable> {
  const script = `${import.meta.dirname}/trivial-agent.ts`
  const agent = spawn(process.execPath, [script, socket, bodyFile], { stdio: 'inherit' })
  while (!existsSync(socket) && agent.exitCode === null) await delay(10)
  return { [Symbol.asyncDispose]: () => end(agent) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill()
  await exited
}

function urlOn(port: number): string {
  return `http://169.254.169.254:${port}/openstack/latest/meta_data.json`
}
