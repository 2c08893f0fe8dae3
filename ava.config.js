export default {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  // Not in node_modules: tests that root runs must leave nothing in a user's checkout that he cannot delete.
  cache: false,
  timeout: '5m',
  // What tests start means processes, whatever engines the machine has, unless they ask for another runtime.
  environmentVariables: { LAB_RUNTIME: 'process' },
}
