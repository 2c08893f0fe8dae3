import type Docker from 'dockerode'

/** An engine of this machine that answers and can run a lab's containers. */
export interface Engine {
  /** Podman answers Docker's API with a few ways of its own. */
  readonly kind: 'docker' | 'podman'
  /** Where it answers: `unix:///var/run/docker.sock`. */
  readonly host: string
  /** Its own version: `20.10.24`. */
  readonly version: string
  /** Podman leaves the timing of health checks to systemd, which not every machine runs. */
  readonly hasHealthchecks: boolean
  readonly api: Docker
}
