import type { Cloud } from '../cloud/cloud.ts'
import { neutronRelease } from './release.ts'

/** Variables that an agent adds to the environment of a process that it starts. */
export type ProcessEnvironment = Readonly<Record<string, string>>

/** `ProcessManager.enable` of neutron/agent/linux/external_process.py: the process's name, since 2023.1. */
export function processEnvironment({ neutron }: Cloud, name: string): ProcessEnvironment {
  return neutronRelease(neutron.release).processTag ? { PROCESS_TAG: name } : {}
}
