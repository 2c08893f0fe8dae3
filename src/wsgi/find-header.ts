/** The value of a header as it came, by its name in lower case: the first, where it came more than once. */
export function findHeader(
  headers: readonly (readonly [name: string, value: string])[],
  name: string,
): string | undefined {
  return headers.find(([key]) => key.length === name.length && key.toLowerCase() === name)?.[1]
}
