import { contains, formatAddress, type IpRange, parseAddress } from './ip.ts'
import { type AddressRequest, isNic, type PortRequest } from './port-request.ts'
import { gatewayOf, hostRange, poolsOf, rangeOf, type TopologySubnet } from './subnet-defaults.ts'

export interface AllocatedAddress {
  readonly subnet: TopologySubnet
  readonly address: string
}

export interface Allocation {
  /** Addresses that follow from a MAC are not among them. */
  readonly addresses: ReadonlyMap<AddressRequest, AllocatedAddress>
  /** Ports for which every pool was empty. */
  readonly unserved: readonly PortRequest[]
}

/** The addresses that a port stands with, from a time before; none for one that is new. */
export type HeldAddresses = (port: PortRequest) => readonly string[]

/**
 * Gives every port the addresses it asks for: first all that the file names, then to each port that stands those that
 * it holds, then to each other in order the next free one of its pools. Neutron would pick at random from a window of
 * the pool; a lab is the same every time. As in Neutron a NIC that stands gets none of a subnet that has come since.
 */
export function allocateAddresses(
  requests: readonly PortRequest[],
  held: HeldAddresses = () => [],
): Allocation {
  const addresses = new Map<AddressRequest, AllocatedAddress>()
  const supplies = new Map<TopologySubnet, Supply>()
  const supplyOf = (subnet: TopologySubnet) => {
    const supply = supplies.get(subnet) ?? new Supply(subnet)
    supplies.set(subnet, supply)
    return supply
  }
  for (const request of requests.flatMap(port => port.addresses)) {
    if (request.kind !== 'fixed') continue
    supplyOf(request.subnet).reserve(request.address)
    addresses.set(request, request)
  }
  const settled = new Set<PortRequest>()
  for (const port of requests) {
    const before = held(port)
    for (const request of port.addresses) {
      const kept = request.kind === 'next' ? keep(request.subnets, before, supplyOf) : undefined
      if (kept === undefined) continue
      addresses.set(request, kept)
      if (isNic(port)) settled.add(port)
    }
  }
  const unserved = requests.filter(port =>
    port.addresses.some(request => {
      if (request.kind !== 'next' || addresses.has(request) || settled.has(port)) return false
      const allocated = takeNext(request.subnets, supplyOf)
      if (allocated !== undefined) addresses.set(request, allocated)
      return allocated === undefined
    }),
  )
  return { addresses, unserved }
}

type SupplyOf = (subnet: TopologySubnet) => Supply

/** The first of some addresses that one of the subnets can still give. */
function keep(
  subnets: readonly TopologySubnet[],
  before: readonly string[],
  supplyOf: SupplyOf,
): AllocatedAddress | undefined {
  for (const address of before) {
    const subnet = subnets.find(candidate => isHostOf(candidate, address))
    if (subnet !== undefined && supplyOf(subnet).reserve(address)) return { subnet, address }
  }
  return undefined
}

function isHostOf(subnet: TopologySubnet, address: string): boolean {
  const parsed = parseAddress(address)
  return parsed !== undefined && contains(hostRange(rangeOf(subnet)), parsed)
}

function takeNext(
  subnets: readonly TopologySubnet[],
  supplyOf: SupplyOf,
): AllocatedAddress | undefined {
  for (const subnet of subnets) {
    const address = supplyOf(subnet).take()
    if (address !== undefined) return { subnet, address }
  }
  return undefined
}

/** The addresses of one subnet that are still to be had. */
class Supply {
  readonly #taken = new Set<string>()
  readonly #pools: readonly IpRange[]
  #pool = 0
  #next: bigint

  constructor(subnet: TopologySubnet) {
    this.#pools = poolsOf(subnet)
    this.#next = this.#pools[0]?.first ?? 0n
    const gateway = gatewayOf(subnet)
    if (gateway !== null) this.#taken.add(gateway)
  }

  /** Whether it was still to be had. */
  reserve(address: string): boolean {
    if (this.#taken.has(address)) return false
    this.#taken.add(address)
    return true
  }

  take(): string | undefined {
    for (let pool = this.#pools[this.#pool]; pool !== undefined; pool = this.#nextPool()) {
      while (this.#next <= pool.last) {
        const address = formatAddress({ version: pool.version, value: this.#next })
        this.#next += 1n
        if (this.reserve(address)) return address
      }
    }
    return undefined
  }

  #nextPool(): IpRange | undefined {
    this.#pool += 1
    const pool = this.#pools[this.#pool]
    this.#next = pool?.first ?? 0n
    return pool
  }
}
