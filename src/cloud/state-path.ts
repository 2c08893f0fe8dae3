/** Where a lab's state is kept, laid out as `/var/lib/neutron`. */
export function statePathOf(lab: string): string {
  return `/var/lib/lab/${lab}`
}
