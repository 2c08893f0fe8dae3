export default {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  // Not in node_modules: tests that root runs must leave nothing in a user's checkout that he cannot delete.
  cache: false,
  timeout: '5m',
  // A process each: one that dies takes the tests of its own file with it, and is named.
  workerThreads: false,
  require: ['./test/end-with-ava.ts'],
  environmentVariables: runtimeOfLabs(process.env),
}

/**
 * What tests start means processes, whatever engines the machine has, unless LAB_TEST_RUNTIME names another runtime for
 * a whole run: `docker` or `podman`, at the engine of LAB_TEST_DOCKER_HOST or LAB_TEST_PODMAN_HOST.
 */
function runtimeOfLabs({ LAB_TEST_RUNTIME: name = 'process', ...environment }) {
  if (name === 'process') return { LAB_TEST_RUNTIME: name, LAB_RUNTIME: name }
  const DOCKER_HOST = environment[`LAB_TEST_${name.toUpperCase()}_HOST`]
  if (DOCKER_HOST === undefined) throw new Error(`There is no ${name} for tests`)
  return { LAB_TEST_RUNTIME: name, LAB_RUNTIME: 'docker', DOCKER_HOST }
}
