import { YAMLSeq } from 'yaml'
import { editDocument } from './edit-document.ts'
import { addToSection, inOneLine, removeFromSection, writeMapping } from './section.ts'

/** As it is written under `networks`; what is undefined is left out. */
export interface NewNetwork {
  readonly mtu?: number
  readonly external?: true
  readonly subnets: readonly {
    readonly name?: string
    readonly cidr: string
    /** Null for none; Neutron's default where it is left out. */
    readonly gateway_ip?: string | null
    readonly enable_dhcp?: boolean
    readonly dns_nameservers?: readonly string[]
  }[]
}

/** The text with one more network. Throws EditRefused. */
export function addNetwork(text: string, name: string, network: NewNetwork): string {
  return editDocument(text, open => {
    const { document } = open
    const subnets = new YAMLSeq()
    for (const subnet of network.subnets) subnets.add(inOneLine(document, subnet))
    const { external, mtu } = network
    const written = writeMapping(document, { 'router:external': external, mtu, subnets })
    addToSection(open, 'networks', name, written)
  })
}

/** The text without a network. Throws EditRefused. */
export function removeNetwork(text: string, name: string): string {
  return editDocument(text, open => removeFromSection(open, 'networks', name))
}
