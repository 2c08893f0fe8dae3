import { globSync, readFileSync } from 'node:fs'
import test from 'ava'
import { filesWithEngines } from '../../scripts/files-with-engines.ts'
import { hostFiles } from '../../scripts/host-files.ts'

test('every file of host tests runs in one lane', t => {
  const { onMachine, inWorlds } = hostFiles()
  t.true(onMachine.length > 0 && inWorlds.length > 0)
  t.deepEqual(
    [...onMachine, ...inWorlds, ...filesWithEngines().host].sort(),
    globSync('test/host/**/*.test.ts').sort(),
  )
})

// Whether those who left their engines still live is told by their pids; packages are in /var/lib.
test('tests that start engines or fetch packages run where pids and packages are the machine’s', t => {
  const { inWorlds } = hostFiles()
  const asking = inWorlds.filter(file =>
    /scripts\/|unpackCloudInit|installDebianPackages/.test(readFileSync(file, 'utf8')),
  )
  t.deepEqual(asking, [])
})
