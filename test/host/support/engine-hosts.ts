import process from 'node:process'
import type Docker from 'dockerode'
import type { Engine } from '../../../src/runtime/docker/engine.ts'

/** Where the engines that tests may use answer, `unix://…`; scripts/test.ts and `make engines` say it. */
export const engineHosts: Readonly<Partial<Record<Engine['kind'], string>>> = {
  ...(process.env.LAB_TEST_DOCKER_HOST ? { docker: process.env.LAB_TEST_DOCKER_HOST } : {}),
  ...(process.env.LAB_TEST_PODMAN_HOST ? { podman: process.env.LAB_TEST_PODMAN_HOST } : {}),
}

/** The containers of all labs at an engine, those that have ended among them. */
export async function containersOfLabs(host: string): Promise<readonly Docker.ContainerInfo[]> {
  return await listByLabel(host, 'lab')
}

/** The containers of one lab. */
export async function containersOf(
  host: string,
  lab: string,
): Promise<readonly Docker.ContainerInfo[]> {
  return await listByLabel(host, `lab=${lab}`)
}

async function listByLabel(host: string, label: string): Promise<readonly Docker.ContainerInfo[]> {
  const { default: Docker } = await import('dockerode')
  const api = new Docker({ socketPath: host.replace(/^unix:\/\//, '') })
  return await api.listContainers({ all: true, filters: { label: [label] } })
}
