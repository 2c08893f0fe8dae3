/** Whether two values that JSON can carry say the same, keys in the same order. */
export function isAlike(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
