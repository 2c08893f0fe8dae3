import { existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { systemDirectories } from '../src/linux/system-path.ts'
import type { Engine } from '../src/runtime/docker/engine.ts'

interface EngineProgram {
  /** The variable that tells tests where it answers. */
  readonly variable: string
  /** Where one of the machine's own may answer, the first that does first. */
  readonly hosts: readonly (string | undefined)[]
  readonly programs: readonly string[]
  /** Serves at `unix://<directory>/<kind>.sock`, with all that it keeps below the directory. */
  readonly serve: (directory: string) => readonly string[]
  /** Ends the containers of one that cannot be trusted to do so when it ends itself. */
  readonly sweep?: (directory: string) => readonly string[]
}

/** How the engines that tests use are found, and served where none answers. */
export const enginePrograms: Readonly<Record<Engine['kind'], EngineProgram>> = {
  docker: {
    variable: 'LAB_TEST_DOCKER_HOST',
    hosts: [
      process.env.LAB_TEST_DOCKER_HOST,
      process.env.DOCKER_HOST,
      'unix:///var/run/docker.sock',
    ],
    programs: ['dockerd', 'containerd', 'runc'],
    serve: dockerd,
  },
  podman: {
    variable: 'LAB_TEST_PODMAN_HOST',
    hosts: [process.env.LAB_TEST_PODMAN_HOST, 'unix:///run/podman/podman.sock'],
    programs: ['podman', 'conmon'],
    serve: directory => [
      ...podman(directory),
      ...['system', 'service', '--time', '0', `unix://${directory}/podman.sock`],
    ],
    sweep: directory => [...podman(directory), 'rm', '--all', '--force', '--time', '0'],
  },
}

/** Without a bridge and rules, so that the machine's own network and firewall stay as they are. */
function dockerd(directory: string): readonly string[] {
  return [
    'dockerd',
    // That of the machine may say otherwise, which dockerd refuses.
    ...['--config-file', join(directory, 'daemon.json')],
    ...['--data-root', join(directory, 'data')],
    ...['--exec-root', join(directory, 'exec')],
    ...['--pidfile', join(directory, 'pid')],
    ...['--host', `unix://${directory}/docker.sock`],
    ...['--containerd-namespace', 'lab-tests'],
    ...['--containerd-plugins-namespace', 'lab-tests-plugins'],
    ...['--shutdown-timeout', '5'],
    ...['--bridge=none', '--iptables=false', '--ip6tables=false'],
    ...['--ip-forward=false', '--ip-masq=false'],
  ]
}

/** crun refuses hybrid cgroups, and machines where root lacks CAP_SYS_RESOURCE. */
function podman(directory: string): readonly string[] {
  return [
    'podman',
    ...['--root', join(directory, 'root')],
    ...['--runroot', join(directory, 'run')],
    ...['--tmpdir', join(directory, 'tmp')],
    ...['--network-config-dir', join(directory, 'networks')],
    ...(hasProgram('runc') ? ['--runtime', 'runc'] : []),
    ...(statfsSync(directory).type === OVERLAYFS ? ['--storage-driver', 'vfs'] : []),
  ]
}

/** No overlay can be written on an overlay. */
const OVERLAYFS = 0x794c7630

/** Whether one of the system's directories has the program. */
export function hasProgram(name: string): boolean {
  return systemDirectories.some(directory => existsSync(join(directory, name)))
}
