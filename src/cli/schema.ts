import { topologyJsonSchema } from '../topology/topology-json-schema.ts'
import { printJson } from './print.ts'

/** `lab schema`: the JSON Schema of a topology. */
export async function schema(): Promise<void> {
  printJson(await topologyJsonSchema())
}
