import * as v from 'valibot'

/** Title and description of a key, as editors show them. */
export function describe<const Schema extends v.GenericSchema>(
  title: string,
  description: string,
  schema: Schema,
) {
  return v.pipe(schema, v.title(title), v.description(description))
}
