import test from 'ava'
import { tellOfEngines } from '../../scripts/tell-of-engines.ts'

test('tests are told of the engines that there are', t => {
  t.deepEqual(
    tellOfEngines([
      { kind: 'docker', host: 'unix:///d.sock', why: '' },
      { kind: 'podman', why: 'needs root' },
    ]),
    { LAB_TEST_DOCKER_HOST: 'unix:///d.sock' },
  )
})
