import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs'
import { journalPathOf } from '../../src/lab/paths.ts'
import { isAlive } from '../../src/linux/process-table.ts'
import { processTest, waitFor, withLab } from './support/lab.ts'
import { runningOf, statusOf } from './support/services.ts'

//  supervisor ── looks after nova-api-metadata and neutron-dhcp-agent ── looks after haproxy
processTest(
  'a watcher that cannot put something back says why in its log, and goes on',
  async t => {
    await withLab(t, 'dhcp-mode', async ({ name }) => {
      const watchers = [
        { watcher: 'supervisor', watched: 'nova-api-metadata' },
        { watcher: 'neutron-dhcp-agent', watched: 'haproxy' },
      ] as const
      const began = watchers.map(({ watcher }) => runningOf(name, watcher))
      await withoutJournal(name, async () => {
        for (const { watcher, watched } of watchers) {
          process.kill(runningOf(name, watched).pid, 'SIGKILL')
          const log = `/var/lib/lab/${name}/log/${watcher}.log`
          const tells = new RegExp(` ERROR .*Could not put back ${watched}.*EISDIR`)
          await waitFor(`${watcher} says what it cannot do`, () =>
            tells.test(existsSync(log) ? readFileSync(log, 'utf8') : ''),
          )
        }
      })
      t.true(began.every(isAlive))
      await waitFor(
        'it does so when it can',
        async () => (await statusOf(name)).ended.exitCode === 0,
      )
    })
  },
)

/** Where the journal was is a directory meanwhile, which no watcher can read. */
async function withoutJournal(lab: string, body: () => Promise<void>): Promise<void> {
  const journal = journalPathOf(lab)
  renameSync(journal, `${journal}.away`)
  mkdirSync(journal)
  try {
    await body()
  } finally {
    rmdirSync(journal)
    renameSync(`${journal}.away`, journal)
  }
}
