import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { readEditedWish, readWish } from '../../src/cli/read-wish.ts'
import { upCommandOf } from '../../src/lab/record.ts'

const remembers = test.macro({
  title: (_, words: string) => words,
  async exec(t, words: string, options: Parameters<typeof readWish>[1]) {
    const { source: topology, options: remembered } = await readWish('dhcp-mode', options)
    t.is(upCommandOf({ topology, options: remembered }), words)
  },
})

// What `lab status` names to put a lab right: without the options it would be another lab, release or image.
test(remembers, 'lab up dhcp-mode', {})
test(remembers, 'lab up dhcp-mode --name mine', { name: 'mine' })
test(remembers, 'lab up dhcp-mode --release zed', { release: 'zed' })
test(remembers, 'lab up dhcp-mode --image registry.example/lab:1', {
  image: 'registry.example/lab:1',
})
test(remembers, 'lab up dhcp-mode --name mine --release zed --image lab:1', {
  name: 'mine',
  release: 'zed',
  image: 'lab:1',
})

function withFile(text: string, body: (folder: string, path: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-wish-'))
  const path = join(folder, 'mine.yaml')
  writeFileSync(path, text)
  return body(folder, path).finally(() => rmSync(folder, { recursive: true }))
}

test('what a lab keeps is its topology to the letter, but for relative paths', async t => {
  const text = 'networks: {a: {}} # as it was\n'
  await withFile(text, async (_, path) => {
    const { kept, source, options } = await readWish(path, {})
    t.deepEqual(
      { kept, source, options },
      { kept: { text, edited: false }, source: path, options: [] },
    )
  })
  const withPath = 'networks: {a: {}}\nnova: {api: {vendordata_jsonfile_path: ./v.json}} # ours\n'
  await withFile(withPath, async (folder, path) => {
    t.is((await readWish(path, {})).kept.text, withPath.replace('./v.json', `${folder}/v.json`))
  })
})

test('a wish for another text has the release, image and name that the lab was built with', async t => {
  const text = 'networks: {a: {}}\n'
  await withFile(text, async (_, path) => {
    const options = { name: 'other', release: 'zed', image: 'lab:1' }
    const { options: words } = await readWish(path, options)
    const record = { lab: 'other', options: words }
    const edited = 'networks: {a: {}, b: {}}\n'
    const wish = await readEditedWish(record, edited)
    t.deepEqual(wish.kept, { text: edited, edited: true })
    t.is(
      upCommandOf({ topology: wish.source, options: wish.options }),
      'lab up /var/lib/lab/other/topology.yaml --name other --release zed --image lab:1',
    )
    t.is(wish.settle('new', null).cloud.neutron.release, 'zed')
    const mistaken = readEditedWish(record, 'networks: 1\n')
    const error = await t.throwsAsync(mistaken, { name: 'TopologyMistakes' })
    t.regex(error?.message ?? '', /topology\.yaml:1:\d+/)
  })
})

const takes = test.macro({
  title: (_, what: string) => what,
  async exec(t, _: string, text: string, programs: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), 'read-wish-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'topology.yaml')
    writeFileSync(path, text)
    t.deepEqual((await readWish(path, {})).programs, programs)
  },
})

const slaac = 'ipv6_ra_mode: slaac, ipv6_address_mode: slaac'
const netOf = (subnet: string) => `networks: {net: {subnets: [{${subnet}}]}}\n`
const guest = 'instances: {vm1: {networks: [net]}}\n'
const onRouter = 'routers: {r1: {interfaces: [net]}}\n'

test(takes, 'IPv4 takes no more programs', netOf('cidr: 10.0.0.0/24') + guest, [])
test(takes, 'DHCPv6 takes its client', netOf('cidr: "fd00::/64"') + guest, ['dhclient'])
test(takes, 'but without a guest', netOf('cidr: "fd00::/64"'), [])
test(takes, 'SLAAC takes none', netOf(`cidr: "fd00::/64", ${slaac}`) + guest, [])
test(takes, 'a router takes radvd', netOf(`cidr: "fd00::/64", ${slaac}`) + guest + onRouter, [
  'radvd',
])
