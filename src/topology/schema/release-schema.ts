import * as v from 'valibot'
import { type ReleaseName, releaseNames } from '../release-names.ts'

/** A release's name; `2026.1` without quotes is a number to YAML and means the same. */
export const release = v.pipe(
  v.picklist([...releaseNames, ...numericNames()], rule()),
  v.transform(name => findRelease(String(name))),
)

function numericNames(): number[] {
  return releaseNames.map(Number).filter(number => !Number.isNaN(number))
}

function rule(): string {
  return `must be a release of OpenStack: ${releaseNames.join(', ')}`
}

function findRelease(name: string): ReleaseName {
  return releaseNames.find(known => known === name) ?? '2026.1'
}
