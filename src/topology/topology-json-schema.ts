import { type GenericSchema, getDescription, getTitle } from 'valibot'
import { topologySchema } from './schema.ts'

/**
 * The topology's schema for editors (JSON Schema, draft 7, which yaml-language-server reads). What only looking at
 * several values shows is left to `lab validate`.
 */
export async function topologyJsonSchema(): Promise<Readonly<Record<string, unknown>>> {
  const { toJsonSchema } = await import('@valibot/to-json-schema')
  const schema = toJsonSchema(topologySchema, {
    typeMode: 'input',
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema, jsonSchema }) => ({
      ...jsonSchema,
      ...('entries' in valibotSchema
        ? { properties: describeProperties(valibotSchema.entries, jsonSchema.properties ?? {}) }
        : {}),
    }),
  })
  return { ...schema, title: 'Topology of a lab', description }
}

/** What stands behind a transformation, titles too, does not count as input to the converter and would be lost. */
function describeProperties<Property>(
  entries: unknown,
  properties: Readonly<Record<string, Property>>,
): Record<string, Property> {
  const schemas = new Map(Object.entries(entries ?? {}))
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => {
      const schema = unwrap(schemas.get(key))
      if (schema === undefined) return [key, property]
      const words = { title: getTitle(schema), description: getDescription(schema) }
      return [key, Object.assign({}, property, words)]
    }),
  )
}

/** The schema behind `optional`. */
function unwrap(schema: unknown): GenericSchema | undefined {
  if (!isSchema(schema)) return undefined
  return 'wrapped' in schema && optionalTypes.has(schema.type) ? unwrap(schema.wrapped) : schema
}

function isSchema(value: unknown): value is GenericSchema {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema'
}

const optionalTypes = new Set(['optional', 'exact_optional'])

const description =
  'What `lab up` builds: networks, routers and instances in OpenStack’s words. Whatever is left out is derived, the same every time.'
