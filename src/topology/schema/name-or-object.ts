import * as v from 'valibot'
import { resourceName } from './words.ts'

/** A reference that is a bare name in the simple case and an object where there is more to say. */
export function nameOrObject<Output extends object>(
  schema: v.GenericSchema<unknown, Output>,
  fromName: (name: string) => NoInfer<Output>,
) {
  return v.pipe(
    v.union([resourceName, schema]),
    v.transform((reference): Output => {
      return typeof reference === 'string' ? fromName(reference) : reference
    }),
  )
}
