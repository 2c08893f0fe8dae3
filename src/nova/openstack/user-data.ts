import { HttpFailure } from '../failure.ts'
import type { LoadedInstance } from '../instance-cache.ts'

/** user_data byte for byte as it was given, text or not; a 404 without any. */
export function readUserData({ userData }: LoadedInstance): Uint8Array {
  if (userData === null) throw new HttpFailure(404)
  return userData
}
