import { formatAddress, type IpRange } from './ip.ts'
import type { AddressRequest, PortRequest } from './port-request.ts'
import { gatewayOf, poolsOf, type TopologySubnet } from './subnet-defaults.ts'

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

/**
 * Gives every port the addresses it asks for: first all that the file names, then to each port in order the next
 * free one of its pools. Neutron would pick at random from a window of the pool; a lab is the same every time.
 */
export function allocateAddresses(requests: readonly PortRequest[]): Allocation {
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
  const unserved = requests.filter(port =>
    port.addresses.some(request => {
      if (request.kind !== 'next') return false
      const allocated = takeNext(request.subnets, supplyOf)
      if (allocated !== undefined) addresses.set(request, allocated)
      return allocated === undefined
    }),
  )
  return { addresses, unserved }
}

function takeNext(
  subnets: readonly TopologySubnet[],
  supplyOf: (subnet: TopologySubnet) => Supply,
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

  reserve(address: string): void {
    this.#taken.add(address)
  }

  take(): string | undefined {
    for (let pool = this.#pools[this.#pool]; pool !== undefined; pool = this.#nextPool()) {
      while (this.#next <= pool.last) {
        const address = formatAddress({ version: pool.version, value: this.#next })
        this.#next += 1n
        if (!this.#taken.has(address)) return address
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
