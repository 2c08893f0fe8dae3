import { randomBytes } from 'node:crypto'

const given = new Set<string>()

/** A name that no other lab has, short enough for every namespace. */
export function randomLabName(): string {
  const name = `t-${randomBytes(4).toString('hex')}`
  given.add(name)
  return name
}

/** Whether this run of tests has made up the name. */
export function isOwnLabName(name: string): boolean {
  return given.has(name)
}
