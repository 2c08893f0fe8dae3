import type { Guest } from './guest.ts'
import type { Instance } from './instance.ts'

/**
 * What Neutron and Nova would hold in their databases for a topology, and the guests that run, of which they may not
 * know all: every id, MAC and address is settled.
 * Resources keep OpenStack's own attribute names (snake_case, as in the APIs and the databases); JSON can carry
 * all of it. Built by `deriveCloud`; the same topology and lab name always give the same cloud.
 */
export interface Cloud {
  /** The lab's name; part of every name and path that the lab owns. */
  readonly lab: string
  readonly neutron: Neutron
  readonly nova: Nova
  readonly hosts: readonly Host[]
  readonly networks: readonly Network[]
  readonly routers: readonly Router[]
  readonly ports: readonly Port[]
  readonly floating_ips: readonly FloatingIp[]
  readonly instances: readonly Instance[]
  /** What runs in the lab: a machine for each instance, then those that Nova does not have. */
  readonly guests: readonly Guest[]
}

/** A machine of the cloud; one has every role where the topology names none. */
export interface Host {
  /** Host name as the agents report it; `dhcp` device ids are derived from it. */
  readonly name: string
  readonly roles: readonly HostRole[]
  /** Address in the management network, with prefix length: 172.29.236.11/22. */
  readonly management_cidr: string
  /** Address in the network that tunnels go through; null where there is but one host. */
  readonly tunnel_cidr: string | null
  /** Where its agents keep their state; the lab's own where there is but one host. */
  readonly state_path: string
}

/** What runs there: nova-api-metadata; the DHCP, L3 and metadata agents; guests. */
export type HostRole = 'controller' | 'network' | 'compute'

/** The agents' options, defaults filled in, under their real names. */
export interface Neutron {
  /** Release name, lower case: `ussuri`, `2026.1`. */
  readonly release: string
  readonly state_path: string
  /** Who wires networks and serves DHCP: ML2/OVS with its agents, or ML2/OVN. */
  readonly mechanism_driver: 'openvswitch' | 'ovn'
  readonly dns_domain: string
  /** How many DHCP agents serve each network. */
  readonly dhcp_agents_per_network: number
  /** The program in qdhcp and qrouter that carries requests to the agent; the release's own where it is absent. */
  readonly metadata_proxy?: 'haproxy' | 'ns-metadata-proxy'
  readonly metadata_rate_limiting: {
    readonly rate_limit_enabled: boolean
    readonly ip_versions: readonly (4 | 6)[]
    /** Seconds. */
    readonly base_window_duration: number
    /** Requests of one client that pass in the window. */
    readonly base_query_rate_limit: number
    /** Seconds. */
    readonly burst_window_duration: number
    /** Requests of one client that pass in the window. */
    readonly burst_query_rate_limit: number
  }
  readonly dhcp_agent: {
    readonly enable_isolated_metadata: boolean
    readonly force_metadata: boolean
    readonly enable_metadata_network: boolean
    /** Seconds; -1 is infinite. */
    readonly dhcp_lease_duration: number
    readonly dnsmasq_dns_servers: readonly string[]
    readonly dnsmasq_local_resolv: boolean
    readonly dnsmasq_lease_max: number
    readonly dhcp_broadcast_reply: boolean
    /** Seconds; 0 is off. */
    readonly dhcp_renewal_time: number
    /** Seconds; 0 is off. */
    readonly dhcp_rebinding_time: number
  }
  readonly l3_agent: {
    readonly enable_metadata_proxy: boolean
    readonly metadata_port: number
    /** As written in l3_agent.ini: `0x1`. */
    readonly metadata_access_mark: string
    /** As written in l3_agent.ini: `0x2`. */
    readonly external_ingress_mark: string
  }
  readonly metadata_agent: {
    readonly metadata_proxy_shared_secret: string
    readonly metadata_proxy_socket: string
    readonly nova_metadata_protocol: 'http' | 'https'
    /** A name, or an address without brackets. */
    readonly nova_metadata_host: string
    readonly nova_metadata_port: number
    readonly nova_metadata_insecure: boolean
    /** Paths, as the next two are. */
    readonly auth_ca_cert: string | null
    readonly nova_client_cert: string | null
    readonly nova_client_priv_key: string | null
  }
}

export interface Nova {
  /** Release name, lower case: `ussuri`, `2026.1`. */
  readonly release: string
  readonly api: {
    readonly dhcp_domain: string
    /** Seconds; 0 is off. */
    readonly metadata_cache_expiration: number
    /** Instead of the content of `vendordata_jsonfile_path`; an empty object without one. */
    readonly vendordata: Readonly<Record<string, unknown>>
    readonly vendordata_jsonfile_path?: string
    readonly vendordata_providers: readonly ('StaticJSON' | 'DynamicJSON')[]
    /** `name@url` each. */
    readonly vendordata_dynamic_targets: readonly string[]
    /** Seconds, as the next one is. */
    readonly vendordata_dynamic_connect_timeout: number
    readonly vendordata_dynamic_read_timeout: number
    readonly vendordata_dynamic_failure_fatal: boolean
    readonly vendordata_dynamic_ssl_certfile?: string
    readonly use_forwarded_for: boolean
  }
  readonly neutron: {
    readonly service_metadata_proxy: boolean
    readonly metadata_proxy_shared_secret: string
  }
  /** Paths; with the first two nova-api-metadata speaks TLS, with the third it asks for clients' certificates. */
  readonly wsgi: {
    readonly ssl_cert_file: string | null
    readonly ssl_key_file: string | null
    readonly ssl_ca_file: string | null
  }
  readonly oslo_middleware: { readonly enable_proxy_headers_parsing: boolean }
  readonly metadata_listen: string
  readonly metadata_listen_port: number
}

export interface Network {
  readonly id: string
  readonly name: string
  readonly project_id: string
  readonly mtu: number
  readonly 'router:external': boolean
  readonly 'provider:network_type': 'vxlan' | 'flat' | 'vlan' | 'gre' | 'geneve' | 'local'
  /** The VNI of a tunnelled network, the tag of a vlan; null for others. */
  readonly 'provider:segmentation_id': number | null
  /** In the order of the topology, which is Neutron's list order. */
  readonly subnets: readonly Subnet[]
}

export interface Subnet {
  readonly id: string
  readonly name: string
  readonly network_id: string
  readonly ip_version: 4 | 6
  /** Canonical: network address and prefix length. */
  readonly cidr: string
  readonly gateway_ip: string | null
  readonly enable_dhcp: boolean
  readonly dns_nameservers: readonly string[]
  readonly host_routes: readonly HostRoute[]
  readonly allocation_pools: readonly AllocationPool[]
  readonly ipv6_ra_mode: Ipv6Mode | null
  readonly ipv6_address_mode: Ipv6Mode | null
  /** Load balancers that ask nova for its guests; ML2 has none, NSX has. */
  readonly advanced_service_providers: readonly string[]
}

export type Ipv6Mode = 'slaac' | 'dhcpv6-stateful' | 'dhcpv6-stateless'

export interface HostRoute {
  readonly destination: string
  readonly nexthop: string
}

export interface AllocationPool {
  readonly start: string
  readonly end: string
}

export interface Router {
  readonly id: string
  readonly name: string
  readonly project_id: string
  /** The host whose L3 agent it is scheduled to. */
  readonly host: string
  readonly external_gateway_info: {
    readonly network_id: string
    readonly enable_snat: boolean
  } | null
}

/** `device_owner` values of Neutron that a lab has. */
export type DeviceOwner =
  | 'network:dhcp'
  /** A network's metadata port under ML2/OVN. */
  | 'network:distributed'
  | 'network:router_interface'
  | 'network:router_gateway'
  | 'network:floatingip'
  | 'compute:nova'
  /** Of a port without a device. */
  | ''

/** Ports stand in the order in which Neutron would have made them: DHCP, routers', instances', floating IPs'. */
export interface Port {
  readonly id: string
  readonly name: string
  readonly network_id: string
  readonly project_id: string
  readonly mac_address: string
  readonly device_owner: DeviceOwner
  /** `dhcp…-<network id>`, `ovnmeta-<network id>`, a router's or floating IP's id, or an instance's uuid; empty without a device. */
  readonly device_id: string
  readonly fixed_ips: readonly FixedIp[]
  readonly 'binding:host_id': string
}

/** An external address that a router translates to a port's IPv4 address; its own port is on the external network. */
export interface FloatingIp {
  readonly id: string
  readonly project_id: string
  readonly floating_network_id: string
  readonly floating_ip_address: string
  readonly router_id: string
  /** The port behind it, and which of the port's addresses. */
  readonly port_id: string
  readonly fixed_ip_address: string
}

export interface FixedIp {
  readonly subnet_id: string
  readonly ip_address: string
}
