import * as v from 'valibot'
import { guestNetworks, onHost } from './attachment-schema.ts'

/** A machine that stands on a network although Nova has no instance for it. */
export const guest = v.strictObject({
  networks: guestNetworks,
  host: v.exactOptional(onHost),
})
