import { runAgent } from './run-agent.ts'

/** neutron-dhcp-agent of a host: `neutron-dhcp-agent.ts --lab NAME --host HOST`. */
await runAgent('neutron-dhcp-agent')
