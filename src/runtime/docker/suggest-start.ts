import { existsSync } from 'node:fs'
import { sudoPrefix } from '../../linux/is-root.ts'
import { isInstalled } from '../../linux/programs.ts'
import { runsSystemd } from '../../linux/runs-systemd.ts'

/** What of engines the machine has. */
interface Present {
  readonly dockerd: boolean
  readonly podman: boolean
  readonly systemd: boolean
  /** Debian's /etc/init.d/docker. */
  readonly initScript: boolean
}

/** What to type to have an engine where Docker's or Podman's stands by itself; of any other, that it must be started. */
export function suggestStart(host: string, present: Present = look()): string {
  if (host === PODMAN_HOST) return present.podman ? startPodman(present) : install('podman')
  if (!DOCKER_HOSTS.includes(host)) return `Start the engine that should listen at ${host}`
  if (present.dockerd) return startDocker(present)
  return present.podman ? startPodman(present) : install('docker.io')
}

function look(): Present {
  return {
    dockerd: isInstalled('dockerd'),
    podman: isInstalled('podman'),
    systemd: runsSystemd(),
    initScript: existsSync('/etc/init.d/docker'),
  }
}

const PODMAN_HOST = 'unix:///run/podman/podman.sock'
const DOCKER_HOSTS = ['unix:///var/run/docker.sock', 'unix:///run/docker.sock']

function startPodman({ systemd }: Present): string {
  if (systemd) return `\`${sudoPrefix()}systemctl start podman.socket\` starts Podman's`
  return `\`${sudoPrefix()}podman system service --time=0 ${PODMAN_HOST} &\` starts Podman's`
}

function install(debianPackage: string): string {
  return `\`${sudoPrefix()}apt-get install ${debianPackage}\` brings one`
}

function startDocker({ systemd, initScript }: Present): string {
  if (systemd) return `\`${sudoPrefix()}systemctl start docker\` starts it`
  return initScript
    ? `\`${sudoPrefix()}service docker start\` starts it`
    : `\`${sudoPrefix()}dockerd &\` starts it`
}
