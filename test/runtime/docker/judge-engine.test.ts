import test from 'ava'
import type { Answers } from '../../../src/runtime/docker/decode-answers.ts'
import { judgeEngine } from '../../../src/runtime/docker/judge-engine.ts'

const engine: Answers = {
  kind: 'docker',
  version: '20.10.24',
  apiVersion: '1.41',
  isRootless: false,
  osType: 'linux',
  architecture: 'x86_64',
  name: 'box',
  kernel: '6.1.0-18-amd64',
  operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
}
const machine = { name: 'box', kernel: '6.1.0-18-amd64', architecture: 'x64' }

function reasonFor(answers: Partial<Answers>, here: Partial<typeof machine> = {}) {
  const refusal = judgeEngine('unix:///x', { ...engine, ...answers }, { ...machine, ...here })
  return refusal?.reason ?? null
}

test("this machine's own engine will do", t => {
  t.is(reasonFor({}), null)
})

/** As the kernel names its release, and as Docker writes it. */
const releases = [
  ['6.18.44-fc-v657', '6.18.44-fc-v657'],
  ['6.1-rc2', '6.1.0-rc2'],
  ['6.12', '6.12.0'],
  ['5.15.167.4-microsoft-standard-WSL2', '5.15.167.4-microsoft-standard-WSL2'],
  ['6.8.0-rc1+', '6.8.0-rc1+'],
] as const

for (const [kernel, written] of releases) {
  test(`Docker on Linux ${kernel} calls it ${written}, and is known to be here`, t => {
    t.is(reasonFor({ kernel: written }, { kernel }), null)
  })
}

for (const [there, here] of [
  ['6.1.1-18-amd64', '6.1.0-18-amd64'],
  ['6.1.0', '6.18'],
  ['6.18.0', '6.1'],
] as const) {
  test(`Linux ${there} is no ${here}`, t => {
    t.is(reasonFor({ kernel: there }, { kernel: here }), 'elsewhere')
  })
}

/** Kind, version, API, whether it is too old. */
const versions = [
  ['docker', '19.03.15', '1.40', true],
  ['docker', '20.10.0', '1.41', false],
  ['docker', '29.0.0', '1.52', false],
  ['docker', '30.0.0', '2.0', false],
  ['podman', '3.4.4', '1.40', true],
  ['podman', '4.2.1', '1.41', true],
  ['podman', '4.3.0-dev', '1.41', false],
  ['podman', '4.10.0', '1.41', false],
  ['podman', '5.0.0-rc1', '1.41', false],
] as const

for (const [kind, version, apiVersion, isOld] of versions) {
  test(`${kind} ${version} ${isOld ? 'is too old' : 'will do'}`, t => {
    t.is(reasonFor({ kind, version, apiVersion }), isOld ? 'too-old' : null)
  })
}

for (const [spoken, node] of [
  ['x86_64', 'x64'],
  ['amd64', 'x64'],
  ['aarch64', 'arm64'],
  ['arm64', 'arm64'],
] as const) {
  test(`${spoken} is ${node}`, t => {
    t.is(reasonFor({ architecture: spoken }, { architecture: node }), null)
    const other = node === 'x64' ? 'arm64' : 'x64'
    t.is(reasonFor({ architecture: spoken }, { architecture: other }), 'other-programs')
  })
}
