import type { Answers } from './decode-answers.ts'
import type { Refusal } from './engine-unusable.ts'
import { refuseElsewhere } from './refuse-elsewhere.ts'

/** What Node.js says of the machine that lab runs on. */
export interface Machine {
  readonly name: string
  readonly kernel: string
  readonly architecture: string
}

/** Why this engine cannot run a lab's containers; null if it can. */
export function judgeEngine(host: string, engine: Answers, machine: Machine): Refusal | null {
  return judgePlace(host, engine, machine) ?? judgeRoot(host, engine) ?? judgeVersion(host, engine)
}

/** A socket may be a virtual machine's (Docker Desktop) or lead to another machine (`ssh -L`). */
function judgePlace(host: string, engine: Answers, machine: Machine): Refusal | null {
  if (engine.osType === 'windows') return refuseElsewhere(host, 'it runs containers of Windows')
  const kernels = [machine.kernel, asDockerWrites(machine.kernel)]
  if (engine.name !== machine.name || !kernels.includes(engine.kernel)) {
    const { name, kernel, operatingSystem } = engine
    const problem = [
      'it is on another machine, in a virtual machine, or outside the container that lab runs in',
      `There: ${name}, Linux ${kernel}, ${operatingSystem}. Here: ${machine.name}, Linux ${machine.kernel}.`,
    ].join('\n')
    return refuseElsewhere(host, problem)
  }
  const names = ARCHITECTURES[machine.architecture]
  if (names === undefined || names.includes(engine.architecture)) return null
  return {
    reason: 'other-programs',
    host,
    problem: `it runs programs of ${engine.architecture}, and lab's are of ${names[0]}`,
    remedy: "Install the machine's own engine",
  }
}

/** `6.1-rc2` is `6.1.0-rc2` to Docker (moby pkg/parsers/kernel). */
function asDockerWrites(release: string): string {
  return release.replace(/^(\d+)\.(\d+)(?!\.\d|\d)/, '$1.$2.0')
}

/** By Node.js's name: uname's, as Docker has it, and Go's, as Podman has it. */
const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['x86_64', 'amd64'],
  arm64: ['aarch64', 'arm64'],
}

function judgeRoot(host: string, { kind, isRootless }: Answers): Refusal | null {
  if (!isRootless) return null
  const service = kind === 'docker' ? 'docker' : 'podman.socket'
  return {
    reason: 'rootless',
    host,
    problem:
      "it is rootless, and only root's engine may join the network namespaces that root has made",
    remedy: `\`sudo systemctl start ${service}\` starts root's`,
  }
}

function judgeVersion(host: string, { kind, version, apiVersion }: Answers): Refusal | null {
  if (kind === 'docker' && isBefore(apiVersion, '1.41')) {
    const problem = `it is Docker ${version} (API ${apiVersion}), and labs need 20.10 (API 1.41) or newer`
    return { reason: 'too-old', host, problem, remedy: 'Install a newer Docker' }
  }
  if (kind === 'podman' && isBefore(version, '4.3')) {
    const problem = `it is Podman ${version}, and labs need 4.3 or newer`
    return { reason: 'too-old', host, problem, remedy: 'Install a newer Podman' }
  }
  return null
}

function isBefore(version: string, needed: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number.parseFloat)
  const [neededMajor = 0, neededMinor = 0] = needed.split('.').map(Number)
  return major < neededMajor || (major === neededMajor && minor < neededMinor)
}
