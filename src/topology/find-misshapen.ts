import type { Finding } from './finding.ts'
import type { TopologyPath } from './mistake.ts'
import { suggest } from './suggest.ts'

/**
 * Every key that the schema does not know, and every list where it wants a mapping. The schema library reports only
 * the first unknown key of a mapping, none in a value that may be text or a mapping, and takes lists for mappings.
 */
export function findMisshapen(schema: unknown, value: unknown, path: TopologyPath = []): Finding[] {
  if (!isSchemaNode(schema) || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return findInList(unwrap(schema), value, path)
  const node = findMapping(schema)
  if (node === undefined) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const here = [...path, key]
    if (node.entries === undefined) return findMisshapen(node.value, child, here)
    return Object.hasOwn(node.entries, key)
      ? findMisshapen(node.entries[key], child, here)
      : [unknownKey(key, here, Object.keys(node.entries))]
  })
}

function findInList(schema: SchemaNode, list: readonly unknown[], path: TopologyPath): Finding[] {
  const node = findList(schema)
  if (node !== undefined) {
    return list.flatMap((child, index) => findMisshapen(node.item, child, [...path, index]))
  }
  if (findMapping(schema) === undefined) return []
  const wanted = schema.type === 'union' ? 'text or a mapping' : 'a mapping'
  return [{ message: `\`${path.at(-1)}\` must be ${wanted}, not a list`, path }]
}

/** The list that a value of this schema is, where it can be one. */
function findList(schema: SchemaNode): SchemaNode | undefined {
  if (schema.type === 'array') return schema
  return schema.options
    ?.filter(isSchemaNode)
    .map(unwrap)
    .find(({ type }) => type === 'array')
}

/** The mapping that a value of this schema is, where it can be one. */
function findMapping(schema: SchemaNode): SchemaNode | undefined {
  const node = unwrap(schema)
  if (node.type === 'strict_object' || node.type === 'record') return node
  if (node.type !== 'union') return undefined
  return node.options?.filter(isSchemaNode).map(findMapping).find(isSchemaNode)
}

function unwrap(schema: SchemaNode): SchemaNode {
  return isSchemaNode(schema.wrapped) ? unwrap(schema.wrapped) : schema
}

function unknownKey(key: string, path: TopologyPath, known: readonly string[]): Finding {
  const hint = suggest(key, known) ?? `known here: ${known.join(', ')}`
  return { message: `unknown key \`${key}\``, path, part: 'key', hint }
}

interface SchemaNode {
  readonly type: string
  readonly entries?: Readonly<Record<string, unknown>>
  readonly options?: readonly unknown[]
  readonly wrapped?: unknown
  readonly item?: unknown
  readonly value?: unknown
}

function isSchemaNode(schema: unknown): schema is SchemaNode {
  return typeof schema === 'object' && schema !== null && 'type' in schema
}
