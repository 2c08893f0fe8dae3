import { runtimes, runtimeTest } from './support/engines.ts'
import { withLab } from './support/lab.ts'

for (const runtime of runtimes) {
  runtimeTest(runtime, 'a guest is served and the machine is as before', async t => {
    const { options, env } = runtime
    await withLab(
      t,
      'dhcp-mode',
      async ({ inNode }) => {
        const url = 'http://169.254.169.254/latest/meta-data/instance-id'
        t.regex(await inNode('vm1', ['curl', '-sf', '-m', '5', url]), /^i-/)
      },
      options,
      env,
    )
  })
}
