/** Says that a lab made a directory which is not its own; the last lab to go takes both away. */
export function sharedMarkerOf(path: string): string {
  return `/var/lib/lab/.made${path.replaceAll('/', '-')}`
}
