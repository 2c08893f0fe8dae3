import test from 'ava'
import { canChangeInPlace, changeLines, withdrawnLines } from '../../src/plan/ip-change.ts'
import type { IpStep } from '../../src/plan/step.ts'

function step(lines: readonly string[], removeLines: readonly string[] = []): IpStep {
  const place = { host: 'controller', why: 'a test', source: [], namespace: 'a' }
  return {
    ...place,
    kind: 'ip',
    id: 'x',
    phase: 'wiring',
    needs: [],
    lines,
    removeLines,
    expects: {},
  }
}

const addresses = (...list: readonly string[]) =>
  step(
    ['link set eth0 up', ...list.map(one => `address add ${one} brd + dev eth0`)],
    list.map(one => `address delete ${one} dev eth0`),
  )
const veth = (mtu: number, more = '') =>
  step(
    [
      `link add tap0 address fe:16:3e:00:00:01 mtu ${mtu} type veth peer name eth0 address fa:16:3e:00:00:01 mtu ${mtu} netns lab-a-vm1`,
      `link set tap0 master brq0 up${more}`,
    ],
    ['link delete tap0'],
  )

interface Row {
  readonly before: IpStep
  readonly after: IpStep
  readonly withdrawn: readonly string[]
  readonly lines: readonly string[]
}

const inPlace = test.macro({
  exec(t, _: string, { before, after, withdrawn, lines }: Row) {
    t.true(canChangeInPlace(before, after))
    t.deepEqual(withdrawnLines(before, after)?.removeLines ?? [], withdrawn)
    t.deepEqual(changeLines(before, after), lines)
  },
  title: (_, what: string) => what,
})

test(inPlace, 'an address that goes is taken away first, and those that stay are set again', {
  before: addresses('10.0.0.2/24', '10.0.0.3/24'),
  after: addresses('10.0.0.3/24', '10.0.1.2/24'),
  withdrawn: ['address delete 10.0.0.2/24 dev eth0'],
  lines: [
    'link set eth0 up',
    'address replace 10.0.0.3/24 brd + dev eth0',
    'address replace 10.0.1.2/24 brd + dev eth0',
  ],
})
test(inPlace, 'another MTU is set at both ends of a link, which is not added again', {
  before: veth(1450),
  after: veth(1400),
  withdrawn: [],
  lines: [
    'link set tap0 mtu 1400',
    'netns exec lab-a-vm1 ip link set eth0 mtu 1400',
    'link set tap0 master brq0 up',
  ],
})
test(inPlace, 'a link that stays as it is is not added again', {
  before: veth(1450),
  after: veth(1450),
  withdrawn: [],
  lines: ['link set tap0 master brq0 up'],
})
test(inPlace, 'what is no address, route or setting is not done twice', {
  before: step(['neigh add 10.0.0.1 dev eth0']),
  after: step(['neigh add 10.0.0.1 dev eth0', 'neigh add 10.0.0.2 dev eth0']),
  withdrawn: [],
  lines: ['neigh add 10.0.0.2 dev eth0'],
})

test('a line that goes without one that takes it back, and a link that comes, need more than that', t => {
  t.false(canChangeInPlace(veth(1450), veth(1450, ' mode x')))
  t.false(canChangeInPlace(step(['link set a up']), veth(1450)))
  t.false(canChangeInPlace(veth(1450), { ...veth(1450), namespace: 'b' }))
})

test('a link that is to have the MTU that Linux gives it needs more than that, and one that had it', t => {
  const unsized = step(
    veth(1450).lines.map(line => line.replaceAll(/ mtu \d+/g, '')),
    veth(1450).removeLines,
  )
  t.false(canChangeInPlace(veth(1450), unsized))
  t.false(canChangeInPlace(unsized, veth(1450)))
})
