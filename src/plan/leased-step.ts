import type { ServiceStep, WaitStep } from './step.ts'

/** Waits for the first lease of a DHCP client that asks in the background; its log tells why none came. */
export function leasedStep(client: ServiceStep, leaseFile: string, device: string): WaitStep {
  const { host, namespace, source, phase, id, name, logFile } = client
  return {
    host,
    namespace: namespace ?? '',
    source,
    phase,
    kind: 'wait',
    id: `leased:${name}`,
    needs: [id],
    why: `the lease of ${device}`,
    until: `[ -s "${leaseFile}" ]`,
    timeoutSeconds: 30,
    log: logFile,
    advice:
      'dnsmasq gives it: `lab status` tells whether it runs, `lab logs dnsmasq` what it was asked.',
  }
}
