import test from 'ava'
import { readWish } from '../../src/cli/read-wish.ts'
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
