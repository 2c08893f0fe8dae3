import { globSync, readFileSync } from 'node:fs'
import test from 'ava'
import { filesWithEngines } from '../../scripts/files-with-engines.ts'

const { unit, host } = filesWithEngines()

test('every test that asks for an engine is run where there is one', t => {
  const asking = globSync('test/**/*.test.ts').filter(file =>
    /LAB_TEST_(DOCKER|PODMAN)_HOST|engineHosts|engineTest|runtimeTest/.test(
      readFileSync(file, 'utf8'),
    ),
  )
  const outside = [...unit, ...host, 'test/scripts/files-with-engines.test.ts']
  t.true(asking.length > 8)
  t.deepEqual(
    asking.filter(file => !outside.includes(file) && !file.startsWith('test/scripts/')),
    [],
  )
})

test('unit tests are none of the host tests', t => {
  t.true(unit.length > 0 && unit.every(file => !file.startsWith('test/host/')))
  t.true(host.length > 0 && host.every(file => file.startsWith('test/host/')))
})
