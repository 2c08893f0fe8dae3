import type Docker from 'dockerode'

/** What an engine of this machine is that can run a lab's containers. */
export interface EngineFacts {
  /** Podman answers Docker's API with a few ways of its own. */
  readonly kind: 'docker' | 'podman'
  /** Where it answers: `unix:///var/run/docker.sock`. */
  readonly host: string
  /** Its own version: `20.10.24`. */
  readonly version: string
  /** Podman leaves the timing of health checks to systemd, which not every machine runs. */
  readonly hasHealthchecks: boolean
}

/** An engine that answers. */
export interface Engine extends Pick<EngineFacts, 'kind' | 'host'> {
  readonly api: Docker
}
