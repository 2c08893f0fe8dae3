import test from 'ava'
import { LabError } from '../../src/lab/lab-error.ts'
import { type LabRecord, RECORD_FORMAT } from '../../src/lab/record.ts'
import { renewLeases } from '../../src/lab/renew-leases.ts'
import { labOf } from '../fixtures/planned.ts'

test('of a guest that leases nothing it is told why, and not that its lab is to be put right', async t => {
  const { cloud, plan } = labOf(`
networks: {private: {subnets: [{cidr: 10.0.0.0/24, enable_dhcp: false}]}}
instances: {vm1: {networks: [private]}}
`)
  const [guest] = cloud.guests
  if (guest === undefined) return t.fail('no guest')
  const record: LabRecord = {
    format: RECORD_FORMAT,
    lab: cloud.lab,
    topology: 'a.yaml',
    kept: { text: '', edited: false },
    containers: null,
    cloud,
    states: {},
    plan,
  }
  const error = await t.throwsAsync(renewLeases(record, guest, new AbortController().signal), {
    instanceOf: LabError,
  })
  t.is(error?.message, 'vm1 leases nothing: no subnet gives it DHCP')
  // lab adds what to do about a failure half-way to an error that tells nothing of what stands.
  t.is(error?.standing, 'Its addresses and routes are static.')
})
