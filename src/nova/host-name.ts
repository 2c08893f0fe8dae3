import type { InstanceView } from './instance-view.ts'

/** The instance's host name, under `[api] dhcp_domain` where that is not empty. */
export function nameHost({ hostname }: InstanceView, dhcp_domain: string): string {
  return dhcp_domain === '' ? hostname : `${hostname}.${dhcp_domain}`
}
