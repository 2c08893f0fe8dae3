import { HttpFailure } from '../failure.ts'
import type { InstanceView } from '../instance-view.ts'

/** user_data byte for byte as it was given, text or not; a 404 without any. */
export function readUserData({ user_data_base64 }: InstanceView): Uint8Array {
  if (user_data_base64 === null) throw new HttpFailure(404)
  return Buffer.from(user_data_base64, 'base64')
}
