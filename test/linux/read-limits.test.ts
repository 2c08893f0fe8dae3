import test from 'ava'
import { readLimits } from '../../src/linux/read-limits.ts'

function limits(files: string, processes: string): string {
  return `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max processes             1000                 ${processes.padEnd(20)} processes
Max open files            1024                 ${files.padEnd(20)} files
`
}

const reads = test.macro({
  title: (_, fact: string) => fact,
  exec(t, _: string, text: string, nofile: number, nproc: number) {
    t.deepEqual(readLimits(text), { nofile, nproc })
  },
})

test(
  reads,
  'a machine without limits gives what is enough',
  limits('unlimited', 'unlimited'),
  65_536,
  32_768,
)
test(reads, 'so does one with high limits', limits('1048576', '126830'), 65_536, 32_768)
test(
  reads,
  'nothing is asked for beyond the hard limits, which are more than the soft ones',
  limits('20000', '4096'),
  20_000,
  4096,
)
test(reads, 'one without such a table gives what is enough', '', 65_536, 32_768)

test('this machine’s own limits are read', t => {
  const { nofile, nproc } = readLimits()
  t.true(nofile > 0 && nofile <= 65_536)
  t.true(nproc > 0 && nproc <= 32_768)
})
