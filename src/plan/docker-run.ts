import { quoteCommand } from './shell-quote.ts'
import type { Container, ContainerEngine } from './step.ts'

/** `docker run` that makes and starts the container as `lab up` does through the engine's API (`containerOptions`). */
export function dockerRun(container: Container): readonly [string, ...string[]] {
  const { engine, name, image, network, command, healthcheck, limits } = container
  return [
    ...engineCommand(engine),
    'run',
    '--detach',
    `--name=${name}`,
    ...each('label', pairs(container.labels)),
    ...each('env', pairs(container.environment)),
    `--network=${network}`,
    '--pid=host',
    '--userns=host',
    '--user=0:0',
    '--workdir=/',
    '--read-only',
    '--cap-drop=ALL',
    ...each('cap-add', container.capabilities),
    ...each('security-opt', SECURITY_OPTIONS),
    ...each('ulimit', [`nofile=${limits.nofile}`, `nproc=${limits.nproc}`]),
    ...each('mount', container.mounts.map(renderMount)),
    `--restart=${RESTART_POLICY}`,
    `--stop-timeout=${STOP_TIMEOUT_SECONDS}`,
    '--log-driver=json-file',
    ...each('log-opt', pairs(LOG_OPTIONS)),
    ...(healthcheck === null ? [] : renderHealthcheck(healthcheck)),
    image,
    ...command,
  ]
}

/**
 * No process in it gains rights by what it runs. SELinux would keep it from the lab's files, which have the machine's
 * labels and must keep them.
 */
export const SECURITY_OPTIONS = ['no-new-privileges', 'label=disable'] as const

/**
 * Not `unless-stopped`: a dockerd that was killed ends what still runs when it comes back, and then takes that for
 * somebody's wish (moby 20.10, daemon/kill.go).
 */
export const RESTART_POLICY = 'always'

/** What engines give by themselves, but Podman where it is asked through Docker's API: it kills at once then. */
export const STOP_TIMEOUT_SECONDS = 10

/** As much as the services keep of their logs where they run as processes. */
export const LOG_OPTIONS: Readonly<Record<string, string>> = { 'max-size': '10m', 'max-file': '2' }

/** Kolla's own times (`default_container_healthcheck_interval` and its like), in seconds. */
export const HEALTHCHECK_TIMES = {
  intervalSeconds: 30,
  timeoutSeconds: 30,
  startPeriodSeconds: 5,
  retries: 3,
}

/** The engine's own command line, pointed at it where it is not where that looks by itself. */
export function engineCommand({ kind, host }: ContainerEngine): [string, ...string[]] {
  if (host === OWN_HOSTS[kind]) return [kind]
  return kind === 'podman' ? ['podman', '--remote', `--url=${host}`] : ['docker', `--host=${host}`]
}

const OWN_HOSTS: Readonly<Record<ContainerEngine['kind'], string>> = {
  docker: 'unix:///var/run/docker.sock',
  podman: 'unix:///run/podman/podman.sock',
}

function each(option: string, values: readonly string[]): string[] {
  return values.map(value => `--${option}=${value}`)
}

function pairs(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([key, value]) => `${key}=${value}`)
}

function renderMount({ path, readOnly }: Container['mounts'][number]): string {
  const fields = ['type=bind', `src=${path}`, `dst=${path}`, ...(readOnly ? ['readonly'] : [])]
  return fields.map(asCsv).join(',')
}

/** The clients read the option as a line of a CSV file (RFC 4180). */
function asCsv(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

function renderHealthcheck(words: readonly string[]): string[] {
  const { intervalSeconds, timeoutSeconds, startPeriodSeconds, retries } = HEALTHCHECK_TIMES
  return [
    `--health-cmd=${quoteCommand(words)}`,
    `--health-interval=${intervalSeconds}s`,
    `--health-timeout=${timeoutSeconds}s`,
    `--health-start-period=${startPeriodSeconds}s`,
    `--health-retries=${retries}`,
  ]
}
