import process from 'node:process'

/** What services of labs run as in this run of tests; ava.config.js tells how it is chosen. */
export const testRuntime: 'process' | 'docker' | 'podman' =
  (['docker', 'podman'] as const).find(name => name === process.env.LAB_TEST_RUNTIME) ?? 'process'
