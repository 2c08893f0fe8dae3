import type { Finding } from './finding.ts'
import type { TopologyPath } from './mistake.ts'
import { suggest } from './suggest.ts'

/**
 * Every key that the schema does not know. The schema library reports only the first of each mapping, and none in
 * a value that may be text or a mapping.
 */
export function findUnknownKeys(
  schema: unknown,
  value: unknown,
  path: TopologyPath = [],
): Finding[] {
  if (!isSchemaNode(schema)) return []
  if (Array.isArray(value)) {
    return findInArray(schema, value, path)
  }
  if (typeof value !== 'object' || value === null) return []
  const node = findMapping(schema)
  if (node === undefined) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const here = [...path, key]
    if (node.entries === undefined) return findUnknownKeys(node.value, child, here)
    return Object.hasOwn(node.entries, key)
      ? findUnknownKeys(node.entries[key], child, here)
      : [unknownKey(key, here, Object.keys(node.entries))]
  })
}

function findInArray(schema: SchemaNode, value: readonly unknown[], path: TopologyPath): Finding[] {
  const { item } = unwrap(schema)
  return value.flatMap((child, index) => findUnknownKeys(item, child, [...path, index]))
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
