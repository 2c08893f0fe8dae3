import { existsSync } from 'node:fs'
import { sudoPrefix } from '../../linux/is-root.ts'
import { isInstalled } from '../../linux/programs.ts'
import { runsSystemd } from '../../linux/runs-systemd.ts'

/** What to type to have an engine at one of the two places where one stands by itself; else what to look at. */
export function suggestStart(host: string): string {
  if (host === PODMAN_HOST) return podmanIsInstalled() ? startPodman() : install('podman')
  if (!DOCKER_HOSTS.includes(host)) return `Start the engine that should listen at ${host}`
  if (isInstalled('dockerd')) return startDocker()
  return podmanIsInstalled() ? startPodman() : install('docker.io')
}

const DOCKER_HOSTS = ['unix:///var/run/docker.sock', 'unix:///run/docker.sock']
const PODMAN_HOST = 'unix:///run/podman/podman.sock'

function podmanIsInstalled(): boolean {
  return isInstalled('podman')
}

function install(debianPackage: string): string {
  return `\`${sudoPrefix()}apt-get install ${debianPackage}\` brings one`
}

function startDocker(): string {
  if (runsSystemd()) return `\`${sudoPrefix()}systemctl start docker\` starts it`
  if (existsSync('/etc/init.d/docker')) return `\`${sudoPrefix()}service docker start\` starts it`
  return `\`${sudoPrefix()}dockerd\` starts it`
}

function startPodman(): string {
  if (runsSystemd()) return `\`${sudoPrefix()}systemctl start podman.socket\` starts Podman's`
  return `\`${sudoPrefix()}podman system service --time=0 ${PODMAN_HOST} &\` starts Podman's`
}
