import test from 'ava'
import { mountsOf } from '../../src/plan/mounts.ts'
import type { Mount, ServiceFiles } from '../../src/plan/step.ts'

const mounts = test.macro({
  title: (_, fact: string) => fact,
  exec(t, _: string, files: Partial<ServiceFiles>, expected: readonly Mount[]) {
    t.deepEqual(mountsOf({ reads: [], writes: [], named: [], ...files }), expected)
  },
})

const readOnly = true
const optional = true

test(mounts, 'nothing is given of what nobody opens', {}, [])
test(mounts, 'what is read cannot be written', { reads: ['/state/a.conf'] }, [
  { path: '/state/a.conf', readOnly },
])
test(mounts, 'what is read and written can be', { reads: ['/state'], writes: ['/state'] }, [
  { path: '/state', readOnly: false },
])
test(
  mounts,
  'a directory stands before what is in it, which may have other rights',
  { reads: ['/state'], writes: ['/state/run'] },
  [
    { path: '/state', readOnly },
    { path: '/state/run', readOnly: false },
  ],
)
test(
  mounts,
  'of a file that is named there is the directory, where it may be replaced, and need not be yet',
  { named: ['/etc/ssl/mine/key.pem', '/etc/ssl/mine/cert.pem'] },
  [{ path: '/etc/ssl/mine', readOnly, optional }],
)
test(
  mounts,
  'a file that is named at the top is given alone: its directory has the image’s own',
  { named: ['/etc/ca.pem', '/ca.pem'] },
  [
    { path: '/ca.pem', readOnly, optional },
    { path: '/etc/ca.pem', readOnly, optional },
  ],
)
test(
  mounts,
  'a directory that is needed anyway is not optional where a named file is in it',
  { reads: ['/state/ssl'], named: ['/state/ssl/ca.crt'] },
  [{ path: '/state/ssl', readOnly }],
)
