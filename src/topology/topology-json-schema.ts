import { getDescription, getTitle } from 'valibot'
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
    // What stands behind a transformation, titles too, does not count as input and would be lost.
    overrideSchema: ({ valibotSchema, jsonSchema }) => ({
      ...jsonSchema,
      ...defined('title', getTitle(valibotSchema)),
      ...defined('description', getDescription(valibotSchema)),
    }),
  })
  return { ...schema, title: 'Topology of a lab', description }
}

function defined(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [key]: value }
}

const description =
  'What `lab up` builds: networks, routers and instances in OpenStack’s words. Whatever is left out is derived, the same every time.'
