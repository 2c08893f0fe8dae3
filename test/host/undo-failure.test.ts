import { mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { undoFailure } from '../../src/cli/undo-failure.ts'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import { LabError } from '../../src/lab/lab-error.ts'
import { loadTopologyFile } from '../../src/lab/load-topology-file.ts'
import { labsDirectory, statePathOf } from '../../src/lab/paths.ts'
import { RECORD_FORMAT, writeRecord } from '../../src/lab/record.ts'
import type { Step } from '../../src/plan/step.ts'
import { randomLabName, stateExists, hostTest as test } from './support/lab.ts'

function removeState(lab: string): void {
  rmSync(statePathOf(lab), { recursive: true })
  if (readdirSync(labsDirectory).length === 0) rmdirSync(labsDirectory)
}

/** A lab that has claimed its names, and whose building has failed with the error. */
async function fail(steps: readonly Step[], stood: boolean) {
  const lab = randomLabName()
  const { topology } = await loadTopologyFile('dhcp-mode')
  writeRecord({
    format: RECORD_FORMAT,
    lab,
    topology: 'dhcp-mode',
    kept: { text: '', edited: false },
    containers: null,
    states: {},
    cloud: deriveCloud(topology, { lab, secret: '' }),
    plan: { lab, statePath: statePathOf(lab), steps },
  })
  const shown = await undoFailure(new Error('no space left on device'), {
    lab,
    upCommand: `lab up dhcp-mode --name ${lab}`,
    stood,
    keep: stood,
    whereIs: () => '',
  })
  if (!(shown instanceof Error)) throw new Error('no error')
  return { lab, shown }
}

test('whatever fails after a lab has claimed its names, what was built goes again', async t => {
  const { lab, shown } = await fail([], false)
  t.regex(shown.message, /no space left on device/)
  t.true(shown instanceof LabError && /taken away again/.test(shown.standing ?? ''))
  t.false(stateExists(lab))
})

test('an error about a lab that stood is shown as it is, and the lab stays', async t => {
  const { lab, shown } = await fail([], true)
  t.false(shown instanceof LabError)
  t.true(stateExists(lab))
  removeState(lab)
})

test('where taking away fails as well, both reasons are told', async t => {
  const path = '/tmp/lab-test-in-the-way'
  mkdirSync(path, { recursive: true })
  const file = {
    id: `file:${path}`,
    host: 'h',
    phase: 'files',
    needs: [],
    why: '',
    source: [],
  } as const
  const { lab, shown } = await fail(
    [{ ...file, kind: 'file', path, mode: 0o600, content: '' }],
    false,
  )
  t.regex(shown.message, /no space left on device\n.*Cannot take all of lab/s)
  t.true(shown instanceof LabError && /--name \S+` goes on/.test(shown.hint ?? ''))
  removeState(lab)
  rmSync(path, { recursive: true })
})
