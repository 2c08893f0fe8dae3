import { randomBytes } from 'node:crypto'
import type { Cloud } from '../cloud/cloud.ts'
import { deriveCloud } from '../cloud/derive-cloud.ts'
import type { ContainerFacts } from '../cloud/machine-facts.ts'
import { LabError } from '../lab/lab-error.ts'
import { loadTopologyFile } from '../lab/load-topology-file.ts'
import { readRecord } from '../lab/record.ts'
import { gatherFacts } from '../linux/gather-facts.ts'
import type { OptionalProgram } from '../linux/programs.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { Plan } from '../plan/step.ts'
import { routedIpv6Subnets } from '../topology/advertised-subnets.ts'
import { makesCertificates } from '../topology/makes-certificates.ts'
import { type ReleaseName, releaseNames } from '../topology/release-names.ts'
import type { Topology } from '../topology/schema.ts'
import { suggest } from '../topology/suggest.ts'
import { whyNoOvn } from '../topology/why-no-ovn.ts'
import { checkLabName } from './pick-lab.ts'

/** What `lab up` was asked for, read and checked. */
export interface Wish {
  /** The topology as the user named it. */
  readonly source: string
  /** The words after it that change what is built. */
  readonly options: readonly string[]
  readonly lab: string
  /** Those it takes besides what every lab needs. */
  readonly programs: readonly OptionalProgram[]
  /** With the secret of the lab that stands, if one does; else with a random one. */
  readonly settle: (
    standing: 'standing' | 'new',
    containers: ContainerFacts | null,
  ) => { readonly cloud: Cloud; readonly plan: Plan }
  /** `file:line:column` of a path of the topology. */
  readonly whereIs: (path: readonly string[]) => string
}

interface WishOptions {
  readonly name?: string
  readonly release?: string
  readonly image?: string
}

/** Reads a topology and the options that change what is built of it. Throws TopologyMistakes and LabError. */
export async function readWish(source: string, options: WishOptions): Promise<Wish> {
  const { topology, name, locate, source: file } = await loadTopologyFile(source)
  const lab = options.name ?? name
  checkLabName(lab)
  const release =
    options.release === undefined ? {} : { release: checkRelease(options.release, topology) }
  return {
    source,
    options: wordsOf(options),
    lab,
    programs: programsFor(topology),
    settle: (standing, containers) => {
      const secret = standing === 'standing' ? secretOf(lab) : newSecret()
      const cloud = deriveCloud(topology, { lab, secret, ...release })
      return { cloud, plan: buildPlan(cloud, gatherFacts(containers)) }
    },
    whereIs: path => {
      const { line, column } = locate(path)
      return `${file.path}:${line}:${column}`
    },
  }
}

function programsFor(topology: Topology): OptionalProgram[] {
  return [
    ...(routedIpv6Subnets(topology).length > 0 ? (['radvd'] as const) : []),
    ...(makesCertificates(topology) ? (['openssl'] as const) : []),
  ]
}

function wordsOf({ name, release, image }: WishOptions): string[] {
  return [
    ...(name === undefined ? [] : ['--name', name]),
    ...(release === undefined ? [] : ['--release', release]),
    ...(image === undefined ? [] : ['--image', image]),
  ]
}

function secretOf(lab: string): string {
  const record = readRecord(lab)
  return record?.cloud.neutron.metadata_agent.metadata_proxy_shared_secret ?? newSecret()
}

function newSecret(): string {
  return randomBytes(16).toString('hex')
}

function checkRelease(name: string, { neutron }: Topology): ReleaseName {
  const release = releaseNames.find(known => known === name)
  const tooOld =
    release === undefined || neutron.mechanism_driver !== 'ovn' ? null : whyNoOvn(release)
  if (tooOld !== null)
    throw new LabError(`${tooOld}, and the topology has \`mechanism_driver: ovn\``, { exitCode: 2 })
  if (release !== undefined) return release
  const near = suggest(name, releaseNames)
  throw new LabError(
    `There is no release ${name} of Neutron${near === undefined ? '' : `; ${near}`}`,
    {
      hint: `There is ${releaseNames.join(', ')}.`,
      exitCode: 2,
    },
  )
}
