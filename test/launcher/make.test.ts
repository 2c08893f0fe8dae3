import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import test from 'ava'
import { execa } from 'execa'
import { makeCheckout } from './checkout.ts'

// npm 9.2, which Debian and Ubuntu ship, makes no node_modules/.bin/node.
test('make runs the tests on the pinned Node.js where npm has not linked it', async t => {
  using checkout = makeCheckout()
  writeFileSync(
    join(checkout.root, 'scripts/test.ts'),
    "import process from 'node:process'\nconsole.log(process.execPath)\n",
  )
  await execa(checkout.launcher, [], { env: { PATH: `${checkout.bin}:/usr/bin:/bin` } })
  const { stdout } = await execa('make', ['-C', checkout.root, '--silent', 'test'])
  t.is(stdout, process.execPath)
})
