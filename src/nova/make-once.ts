/** What `make` gives for a name, made once for as long as the map is kept. */
export function makeOnce<Value>(made: Map<string, Value>, name: string, make: () => Value): Value {
  const before = made.get(name)
  if (before !== undefined) return before
  const value = make()
  made.set(name, value)
  return value
}
