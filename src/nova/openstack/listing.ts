import { type OpenstackVersion, versionHas } from './versions.ts'

/** What nova lists below a dated version, in its order, which is not the alphabet's. */
export function listFiles(version: OpenstackVersion, hasUserData: boolean): string[] {
  const files = [
    ...(['password', 'vendor_data.json', 'network_data.json', 'vendor_data2.json'] as const),
  ]
  const added = files.filter(file => versionHas(version, file))
  return ['meta_data.json', ...(hasUserData ? ['user_data'] : []), ...added]
}
