import test from 'ava'
import { describeFailure } from '../../src/cli/describe-failure.ts'
import { ApplyFailed } from '../../src/lab/apply.ts'
import { CommandFailed } from '../../src/linux/command-failed.ts'
import { type CommandStep, commandOf } from '../../src/plan/command.ts'
import { planOf } from '../fixtures/planned.ts'

const { steps } = planOf(`
networks: {a: {subnets: [{cidr: 10.0.0.0/24}, {cidr: "fd00::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}]}}
routers: {edge: {interfaces: [a]}}
instances: {vm1: {networks: [a]}}
`)

const tells = test.macro({
  title: (_, id: string, exitCode: number) => `${id} that exits with ${exitCode}`,
  async exec(t, id: string, exitCode: number, first: string, last: string) {
    const step = steps.find(
      (candidate): candidate is CommandStep & { kind: 'wait' } =>
        candidate.kind === 'wait' && candidate.id === id,
    )
    if (step === undefined) return t.fail()
    const { argv } = commandOf([step])
    const cause = new CommandFailed({ argv, exitCode, signal: null, output: '' })
    const told = await describeFailure(new ApplyFailed([step], 1, 2, cause), () => 'at x')
    const lines = told.split('\n')
    t.is(lines[0], first)
    t.regex(lines[1] ?? '', /^timeout /)
    t.true(told.includes(`\nexited with ${exitCode}\n`))
    t.is(lines[3], last)
  },
})

const advertised = 'autoconfigured:lab-fixture-vm1:eth0'
const leased = 'leased:udhcpc-vm1-eth0'
test(
  tells,
  advertised,
  124,
  'Waited 30 s in vain for router advertisements of edge, which give eth0 its IPv6 address and default route',
  'radvd of the router sends them: `lab status` tells whether it runs, `lab restart radvd` starts it anew.',
)
test(
  tells,
  leased,
  124,
  'Waited 30 s in vain for the lease of eth0',
  'dnsmasq gives it: `lab status` tells whether it runs, `lab logs dnsmasq` what it was asked.',
)
test(tells, leased, 1, 'Cannot make the lease of eth0', 'at x')
