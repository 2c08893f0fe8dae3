import type { Engine } from '../src/runtime/docker/engine.ts'

/**
 * Host tests that run again with the services of their labs in containers: with Docker all that services do and suffer;
 * with Podman each way into a network namespace, restarts and logs. That labs are wired alike whatever they run
 * in is held by runtimes-alike.test.ts, which like others asks for its runtimes itself.
 */
export const filesInContainers: Readonly<Record<Engine['kind'], readonly string[]>> = {
  docker: [
    'again',
    'commands',
    'conformance',
    'dhcp-mode',
    'dry-run',
    'ipv6-router',
    'metadata-elsewhere',
    'ns-metadata-proxy',
    'ovn-mode',
    'supervision',
  ].map(inHost),
  podman: ['commands', 'supervision'].map(inHost),
}

function inHost(name: string): string {
  return `test/host/${name}.test.ts`
}
