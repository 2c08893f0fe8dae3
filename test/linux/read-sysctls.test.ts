import test from 'ava'
import { readSysctls } from '../../src/linux/read-sysctls.ts'

test('of no keys nothing is read, where sysctl would complain', async t => {
  t.deepEqual(await readSysctls('lab-test-of-nobody', []), {})
})
