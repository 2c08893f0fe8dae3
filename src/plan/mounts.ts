import type { Mount, ServiceFiles } from './step.ts'

/** What a container is given of the machine's files: the paths at which the service knows them, and no more than it opens. */
export function mountsOf({ reads, writes, named }: ServiceFiles): readonly Mount[] {
  const places = new Map<string, Mount>()
  for (const path of named) {
    const place = placeOf(path)
    places.set(place, { path: place, readOnly: true, optional: true })
  }
  for (const path of reads) places.set(path, { path, readOnly: true })
  for (const path of writes) places.set(path, { path, readOnly: false })
  return [...places.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}

/**
 * A file that is replaced is seen anew only through its directory. One at the top (`/etc`) would hide what the image has
 * there, so of that the file alone is given.
 */
function placeOf(file: string): string {
  const directory = file.slice(0, file.lastIndexOf('/'))
  return directory.lastIndexOf('/') > 0 ? directory : file
}
