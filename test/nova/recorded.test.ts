import { readFileSync } from 'node:fs'
import test from 'ava'
import type { Device } from '../../src/cloud/instance.ts'
import type { Vif } from '../../src/nova/instance-view.ts'
import { renderDevices } from '../../src/nova/openstack/devices.ts'
import { renderNetworkData } from '../../src/nova/openstack/network-data.ts'
import { findOpenstackVersion, versionHas } from '../../src/nova/openstack/versions.ts'
import type { ReleaseName } from '../../src/topology/release-names.ts'
import { dumpPythonJson } from '../../src/wsgi/python-json.ts'
import { goldenInstance } from './ask-nova.ts'

function readLines<Line>(name: string): Line[] {
  const file = new URL(`../fixtures/nova-recorded/${name}`, import.meta.url)
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
}

interface NetworkLine {
  network_info: Vif[]
  written: { releases: ReleaseName[]; text: string }[]
}

test('network_data.json is what nova’s own code of each release writes', t => {
  for (const { network_info, written } of readLines<NetworkLine>('network-data.jsonl')) {
    for (const { releases, text } of written) {
      for (const release of releases) {
        t.is(renderNetworkData(goldenInstance('alpha', { network_info }), release), text, release)
      }
    }
  }
})

interface DevicesLine {
  devices: Device[]
  written: { text: string | null; versions: Record<ReleaseName, string[]> }[]
}

test('devices are what nova’s own code of each release and version writes', t => {
  for (const { devices, written } of readLines<DevicesLine>('devices.jsonl')) {
    for (const { text, versions } of written) {
      for (const [release, names] of Object.entries(versions)) {
        for (const name of names) t.is(showDevices(devices, name, release as ReleaseName), text)
      }
    }
  }
})

function showDevices(devices: Device[], name: string, release: ReleaseName): string | null {
  const version = findOpenstackVersion(release, name)
  if (version === undefined) throw new Error(`nova of ${release} has no version ${name}`)
  if (!versionHas(version, 'devices')) return null
  return dumpPythonJson(renderDevices(devices, version, release))
}
