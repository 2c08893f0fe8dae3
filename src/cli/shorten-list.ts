/** `a, b, c and 197 more`: names for a sentence, as many as people read. */
export function shortenList(names: readonly string[], most = 20): string {
  if (names.length <= most) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}
