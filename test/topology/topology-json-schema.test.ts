import { readFile } from 'node:fs/promises'
import test from 'ava'
import { topologyJsonSchema } from '../../src/topology/topology-json-schema.ts'

test('topologies/schema.json is what the schema says now (make it so: lab schema > topologies/schema.json)', async t => {
  const file = new URL('../../topologies/schema.json', import.meta.url)
  t.deepEqual(
    JSON.parse(await readFile(file, 'utf8')),
    JSON.parse(JSON.stringify(await topologyJsonSchema())),
  )
})

test('every key has a title and a description for editors', async t => {
  const bare = findBareKeys(await topologyJsonSchema(), [])
  t.deepEqual(bare, [])
})

test('unknown keys are refused by editors too', async t => {
  t.is((await topologyJsonSchema()).additionalProperties, false)
})

function findBareKeys(schema: unknown, path: readonly string[]): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const properties = 'properties' in schema && path.at(-1) !== 'properties' ? schema.properties : {}
  const bare = Object.entries(properties ?? {}).filter(
    ([, property]) => property.title === undefined || property.description === undefined,
  )
  return [
    ...bare.map(([key]) => [...path, key].join('.')),
    ...Object.entries(schema).flatMap(([key, child]) => findBareKeys(child, [...path, key])),
  ]
}
