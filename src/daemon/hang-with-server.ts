import type { NovaOutcome } from '../neutron/metadata-agent/nova-request.ts'
import type { NovaClient } from './nova-client.ts'

/**
 * The way to nova of an agent that asks neutron-server for ports, where both are on one host. The lab's agent has its ports
 * from a file, so it first finds out by nova that the network to that host is cut; by then Neutron's agent still waits for
 * the answer to its RPC (`rpc_response_timeout`), longer than haproxy waits for the agent. Afterwards it fails as
 * oslo.messaging would have it.
 */
export function hangWithServer(nova: NovaClient, rpcTimeoutMs = 60_000): NovaClient {
  const stopped = Promise.withResolvers<void>()
  return {
    async ask(request): Promise<NovaOutcome> {
      const startedMs = performance.now()
      const outcome = await nova.ask(request)
      if (outcome.kind !== 'unreachable' || outcome.isCutOff !== true) return outcome
      const leftMs = rpcTimeoutMs - (performance.now() - startedMs)
      const { promise: elapsed, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, Math.max(0, leftMs))
      await Promise.race([elapsed, stopped.promise])
      clearTimeout(timer)
      const reason = `Timed out waiting for a reply of neutron-server; ${outcome.reason}`
      return { kind: 'failed', reason }
    },
    close() {
      stopped.resolve()
      nova.close()
    },
  }
}
