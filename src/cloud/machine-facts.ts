/**
 * What the pure half must be told of the machine, because Neutron looks it up too. Gathered once by the CLI.
 */
export interface MachineFacts {
  /** IPv6 is on in a fresh network namespace (`/proc/sys/net/ipv6` exists and is not disabled). */
  readonly ipv6: boolean
  /** Sysctl keys of `net.netfilter`, `net.bridge` and `net.ipv6.conf.default` that there are; others are not set. */
  readonly sysctls: readonly string[]
  /** Who haproxy, the agent and the API run as: `neutron` where that user exists, else `nobody`. */
  readonly user: string
  readonly group: string
  /** Numeric ids of the same. */
  readonly uid: number
  readonly gid: number
  /** Seconds since the epoch, for the expiry column of `leases`. */
  readonly nowSeconds: number
  /** Absolute path of the Node.js that runs the services. */
  readonly node: string
  /** Absolute path of the project's root. */
  readonly root: string
  /** Where Node.js keeps compiled code, or an empty string. */
  readonly compileCache: string
  /** Null where services run as processes. */
  readonly containers: ContainerFacts | null
}

/** The engine whose containers services run in, and what it takes. */
export interface ContainerFacts {
  readonly kind: 'docker' | 'podman'
  /** `unix:///var/run/docker.sock` */
  readonly host: string
  /** The engine's own: `20.10.24`. */
  readonly version: string
  readonly image: string
  /** `lab` makes it of this machine's files. */
  readonly isOwnImage: boolean
  readonly hasHealthchecks: boolean
  /** Most open files and processes that a container may be given here. */
  readonly limits: { readonly nofile: number; readonly nproc: number }
}
