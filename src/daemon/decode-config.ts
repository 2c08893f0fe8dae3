type Kind = 'string' | 'number' | 'array' | 'object'

/**
 * Checks that a configuration is an object with these members. The file is written by the lab itself, so what
 * lies deeper is trusted. Throws an error that names the member.
 */
export function checkMembers(
  value: unknown,
  members: Readonly<Record<string, Kind>>,
): asserts value is Readonly<Record<string, unknown>> {
  if (kindOf(value) !== 'object') throw new Error('the configuration is not a JSON object')
  for (const [name, kind] of Object.entries(members)) {
    const member: unknown = Object.entries(value ?? {}).find(([key]) => key === name)?.[1]
    if (kindOf(member) !== kind) throw new Error(`${name} in the configuration is not: ${kind}`)
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}
