/** How large a lab is that is measured. */
export interface Size {
  readonly networks: number
  readonly guests: number
  /** One of each role, or all roles on one. */
  readonly hosts: 1 | 3
}

/** Isolated networks with guests in turns, a router that is on none of them, and the hosts to have them. */
export function scaleTopology({ networks, guests, hosts }: Size): string {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
  const roles = ['  controller: controller', '  network1: network', '  compute1: compute']
  return [
    'name: bench',
    ...(hosts === 1 ? [] : ['hosts:', ...roles]),
    'neutron: {dhcp_agent: {enable_isolated_metadata: true}}',
    'networks:',
    ...numbers(networks).map(n => `  net${n}: {subnets: [{name: sub${n}, cidr: 10.${n}.0.0/24}]}`),
    'routers: {edge: {}}',
    'instances:',
    ...numbers(guests).map(n => `  vm${n}: {networks: [net${n % networks}]}`),
    '',
  ].join('\n')
}
