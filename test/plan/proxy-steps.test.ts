import test from 'ava'
import { planOf } from '../fixtures/planned.ts'

const runs = test.macro({
  title: (_, release: string, chosen = '') => `${release}: the metadata proxy ${chosen}`.trim(),
  exec(t, release: string, chosen: string | undefined, program: string) {
    const { steps } = planOf(`
neutron:
  release: ${release}
  dhcp_agent: {enable_isolated_metadata: true}
${chosen === undefined ? '' : `  metadata_proxy: ${chosen}`}
networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}
`)
    const services = steps.flatMap(step => (step.kind === 'service' ? [step.service] : []))
    t.deepEqual(
      services.filter(service => /proxy$/.test(service)),
      [program],
    )
  },
})

test(runs, 'havana', undefined, 'neutron-ns-metadata-proxy')
test(runs, 'ocata', undefined, 'neutron-ns-metadata-proxy')
test(runs, 'pike', undefined, 'haproxy')
test(runs, '2026.1', undefined, 'haproxy')
test(runs, 'liberty', 'haproxy', 'haproxy')
test(runs, '2026.1', 'ns-metadata-proxy', 'neutron-ns-metadata-proxy')
