import { runAgent } from './run-agent.ts'

/** neutron-l3-agent of a host: `neutron-l3-agent.ts --lab NAME --host HOST`. */
await runAgent('neutron-l3-agent')
