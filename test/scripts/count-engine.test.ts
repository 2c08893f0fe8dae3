import test from 'ava'
import { countEngine } from '../../scripts/count-engine.ts'
import type { ProvidedEngine } from '../../scripts/provide-engines.ts'

const counts = test.macro(
  (t, engine: ProvidedEngine, required: string | undefined, expected: readonly number[]) => {
    const said: string[] = []
    const environment = { LAB_REQUIRE_DOCKER: required }
    const { passed, failed, skipped } = countEngine(engine, environment, line => said.push(line))
    t.deepEqual([passed, failed, skipped], expected)
    t.regex(said.join('\n'), new RegExp(`${engine.kind}: .*\\(${engine.why}\\)$`))
  },
)

const found: ProvidedEngine = { kind: 'docker', host: 'unix:///x.sock', why: 'found' }
const missing: ProvidedEngine = { kind: 'podman', why: 'there is no podman' }

test('an engine is counted', counts, found, undefined, [1, 0, 0])
test('an engine that is relied on is counted', counts, found, '1', [1, 0, 0])
test('a missing engine is left out', counts, missing, undefined, [0, 0, 1])
test('a missing engine that is relied on is a failure', counts, missing, '1', [0, 1, 0])
