import test from 'ava'
import { isLogOf } from '../../src/cli/is-log-of.ts'

const belongs = test.macro({
  title: (_, file: string, service: string, isIts: boolean) =>
    `${file} is ${isIts ? 'a' : 'no'} log of ${service}`,
  exec(t, file: string, service: string, isIts: boolean) {
    t.is(isLogOf(file, service), isIts)
  },
})
test(belongs, 'haproxy-5c.log', 'haproxy', true)
test(belongs, 'haproxy-5c.log', 'haproxy-5c', true)
test(belongs, 'haproxy-5c@network1.log', 'haproxy', true)
test(belongs, 'haproxy-5c@network1.log', 'haproxy-5c', true)
test(belongs, 'haproxy-5c@network1.log.1', 'haproxy-5c@network1', true)
test(belongs, 'haproxy-5c@network1.log', 'haproxy-5c@network', false)
test(belongs, 'neutron-metadata-agent.log', 'neutron-metadata-agent', true)
test(belongs, 'neutron-metadata-agent@network1.log', 'neutron-metadata-agent', true)
test(belongs, 'neutron-metadata-agent@network1.log', 'neutron-metadata-agent@network2', false)
test(belongs, 'nova-api-metadata@controller.log', 'neutron-metadata-agent', false)
