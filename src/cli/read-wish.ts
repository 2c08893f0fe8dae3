import { randomBytes } from 'node:crypto'
import type { AgentStates } from '../cloud/agent-states.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { deriveCloud } from '../cloud/derive-cloud.ts'
import type { ContainerFacts } from '../cloud/machine-facts.ts'
import { LabError } from '../lab/lab-error.ts'
import { type LoadedTopology, loadTopology, loadTopologyFile } from '../lab/load-topology-file.ts'
import { keptTopologyPathOf } from '../lab/paths.ts'
import {
  type KeptTopology,
  type LabRecord,
  readRecord,
  readRecordIfReadable,
} from '../lab/record.ts'
import { gatherFacts } from '../linux/gather-facts.ts'
import type { OptionalProgram } from '../linux/programs.ts'
import { tellAgents } from '../neutron/agent-knowledge.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { Plan } from '../plan/step.ts'
import { routedIpv6Subnets } from '../topology/advertised-subnets.ts'
import { hasDhcpv6Guests } from '../topology/dhcpv6-subnets.ts'
import { labNameOf } from '../topology/lab-name.ts'
import { makesCertificates } from '../topology/makes-certificates.ts'
import { type ReleaseName, releaseNames } from '../topology/release-names.ts'
import type { Topology } from '../topology/schema.ts'
import { suggest } from '../topology/suggest.ts'
import { checkLabName } from './pick-lab.ts'

/** What is to stand, read and checked. */
export interface Wish {
  /** What `lab up` reads to build it again: the topology as the user named it, or the one that the lab keeps. */
  readonly source: string
  readonly kept: KeptTopology
  /** The words after it that change what is built. */
  readonly options: readonly string[]
  readonly lab: string
  /** Those it takes besides what every lab needs. */
  readonly programs: readonly OptionalProgram[]
  /** With the secret, addresses and numbers of the lab that stands, if one does; else with a random secret. */
  readonly settle: (
    standing: 'standing' | 'new',
    containers: ContainerFacts | null,
  ) => { readonly cloud: Cloud; readonly states: AgentStates; readonly plan: Plan }
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
  const release = releaseOf(options)
  const loaded = await loadTopologyFile(source, release)
  const lab = options.name ?? loaded.name
  checkLabName(lab)
  const path = keptTopologyPathOf(lab)
  // Standard input cannot be read again, and what the lab keeps can.
  const isKept = source === '-' || loaded.source.path === path
  const edited = source !== '-' && isKept && readRecordIfReadable(lab)?.kept.edited === true
  return wishOf(loaded, {
    lab,
    source: isKept ? path : source,
    options: isKept ? wordsOf(withName(options, loaded.topology, lab)) : wordsOf(options),
    release,
    edited,
  })
}

/** The wish for a lab that stands to become what another text says, all else as it is. Throws TopologyMistakes. */
export async function readEditedWish(
  { lab, options = [] }: Pick<LabRecord, 'lab' | 'options'>,
  text: string,
): Promise<Wish> {
  const path = keptTopologyPathOf(lab)
  const known = optionsOf(options)
  const release = releaseOf(known)
  const loaded = await loadTopology({ path, text }, release)
  return wishOf(loaded, {
    lab,
    source: path,
    options: wordsOf(withName(known, loaded.topology, lab)),
    release,
    edited: true,
  })
}

function wishOf(
  { topology, locate, source, kept }: LoadedTopology,
  about: {
    readonly lab: string
    readonly source: string
    readonly options: readonly string[]
    readonly release: ReleaseName | undefined
    readonly edited: boolean
  },
): Wish {
  const { lab, release, edited } = about
  return {
    source: about.source,
    kept: { text: kept, edited },
    options: about.options,
    lab,
    programs: programsFor(topology),
    settle: (standing, containers) => {
      const before = standing === 'standing' ? readRecord(lab) : null
      const cloudBefore = before?.cloud ?? null
      const secret = secretOf(cloudBefore) ?? newSecret()
      const cloud = deriveCloud(topology, {
        lab,
        secret,
        ...(release === undefined ? {} : { release }),
        standing: cloudBefore,
      })
      const states = tellAgents(cloud, before, before?.states ?? {})
      return { cloud, states, plan: buildPlan(cloud, gatherFacts(containers), states) }
    },
    whereIs: path => {
      const { line, column } = locate(path)
      return `${source.path}:${line}:${column}`
    },
  }
}

function programsFor(topology: Topology): OptionalProgram[] {
  return [
    ...(hasDhcpv6Guests(topology) ? (['dhclient'] as const) : []),
    ...(routedIpv6Subnets(topology).length > 0 ? (['radvd'] as const) : []),
    ...(makesCertificates(topology) ? (['openssl'] as const) : []),
  ]
}

/** The kept topology's path says nothing of the lab's name, as the user's own may have done. */
function withName(options: WishOptions, topology: Topology, lab: string): WishOptions {
  return labNameOf(topology, keptTopologyPathOf(lab)) === lab ? options : { ...options, name: lab }
}

function wordsOf({ name, release, image }: WishOptions): string[] {
  return [
    ...(name === undefined ? [] : ['--name', name]),
    ...(release === undefined ? [] : ['--release', release]),
    ...(image === undefined ? [] : ['--image', image]),
  ]
}

/** What `wordsOf` has made words of. */
export function optionsOf(words: readonly string[]): WishOptions {
  const after = (word: string) => {
    const at = words.indexOf(`--${word}`)
    const value = at === -1 ? undefined : words[at + 1]
    return value === undefined ? {} : { [word]: value }
  }
  return { ...after('name'), ...after('release'), ...after('image') }
}

function secretOf(standing: Cloud | null): string {
  return standing?.neutron.metadata_agent.metadata_proxy_shared_secret ?? newSecret()
}

function newSecret(): string {
  return randomBytes(16).toString('hex')
}

function releaseOf({ release: name }: WishOptions): ReleaseName | undefined {
  const release = releaseNames.find(known => known === name)
  if (name === undefined || release !== undefined) return release
  const near = suggest(name, releaseNames)
  throw new LabError(
    `There is no release ${name} of Neutron${near === undefined ? '' : `; ${near}`}`,
    {
      hint: `There is ${releaseNames.join(', ')}.`,
      exitCode: 2,
    },
  )
}
