import { Buffer } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { setTexts } from '../topology/edit/set-texts.ts'
import { labNameOf } from '../topology/lab-name.ts'
import type { TopologySource } from '../topology/mistake.ts'
import { readTopology, type TopologyReading } from '../topology/read-topology.ts'
import type { ReleaseName } from '../topology/release-names.ts'
import { TopologyMistakes } from '../topology/topology-mistakes.ts'
import { decodeUtf8 } from './decode-utf8.ts'
import { findTopologyFile } from './find-topology-file.ts'
import { LabError } from './lab-error.ts'
import { madeAbsolute, resolveFiles } from './resolve-files.ts'
import { whyUnreadable } from './why-unreadable.ts'

export interface LoadedTopology
  extends Pick<TopologyReading & { ok: true }, 'topology' | 'locate'> {
  readonly source: TopologySource
  /** The text with absolute paths in it: it says the same wherever it is kept. */
  readonly kept: string
  /** The lab's name where the user gives no other. */
  readonly name: string
}

/**
 * Loads what a user calls a topology: a path, the name of one that ships, or `-` for standard input; for another release
 * of Neutron than it names, where one is asked for. Throws LabError where there is nothing to read, and TopologyMistakes
 * with everything that is wrong in it.
 */
export async function loadTopologyFile(
  wanted: string,
  release?: ReleaseName,
): Promise<LoadedTopology> {
  return await loadTopology(wanted === '-' ? await readStdin() : await readSource(wanted), release)
}

/** The same of a text that was read already. Throws TopologyMistakes. */
export async function loadTopology(
  source: TopologySource,
  release?: ReleaseName,
): Promise<LoadedTopology> {
  const reading = readTopology(source, release)
  if (!reading.ok) throw new TopologyMistakes(source, reading.mistakes)
  const { locate } = reading
  const { topology, mistakes } = await resolveFiles(reading.topology, source.path, locate)
  if (mistakes.length > 0) throw new TopologyMistakes(source, mistakes)
  const kept = setTexts(source.text, madeAbsolute(reading.topology, topology))
  return { topology, locate, source, kept, name: labNameOf(topology, source.path) }
}

async function readSource(wanted: string): Promise<TopologySource> {
  const path = await findTopologyFile(wanted)
  try {
    await refuseUnreadable(path)
    return { path, text: decodeUtf8(path, await readFile(path)) }
  } catch (error) {
    throw explain(path, error)
  }
}

/** Looks before reading: what is a device, a pipe or huge is not opened at all. */
async function refuseUnreadable(path: string): Promise<void> {
  const stats = await stat(path)
  if (stats.isDirectory()) {
    throw refuse(path, 'it is a directory', 'Name the file in it: a topology is one YAML file.')
  }
  if (!stats.isFile()) {
    throw refuse(path, 'it is not a regular file', 'To read from a pipe, give - and pipe into it.')
  }
  if (stats.size > longestBytes) {
    const size = (stats.size / 2 ** 20).toFixed(1)
    throw refuse(path, `it has ${size} MiB, and no topology is longer than 1 MiB`)
  }
}

async function readStdin(): Promise<TopologySource> {
  const path = '<stdin>'
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk)
    chunks.push(bytes)
    size += bytes.length
    if (size > longestBytes) throw refuse(path, 'no topology is longer than 1 MiB')
  }
  return { path, text: decodeUtf8(path, Buffer.concat(chunks)) }
}

function explain(path: string, error: unknown): unknown {
  const reason = whyUnreadable(error)
  return reason === null ? error : refuse(path, reason, undefined, error)
}

function refuse(path: string, reason: string, hint?: string, cause?: unknown): LabError {
  return new LabError(`Cannot read topology ${path}: ${reason}.`, { exitCode: 2, hint, cause })
}

const longestBytes = 2 ** 20
