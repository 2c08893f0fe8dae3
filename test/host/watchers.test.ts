import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
} from 'node:fs'
import { journalPathOf, recordPathOf } from '../../src/lab/paths.ts'
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
      const logOf = (watcher: string) => {
        const log = `/var/lib/lab/${name}/log/${watcher}.log`
        return existsSync(log) ? readFileSync(log, 'utf8') : ''
      }
      const complaints = (watcher: string) =>
        logOf(watcher).match(/ ERROR .*Could not look after services: EISDIR/g) ?? []
      await withoutRecord(name, async () => {
        for (const { watcher } of watchers)
          await waitFor(`${watcher} says what it cannot read`, () => complaints(watcher).length > 0)
      })
      await withoutJournal(name, async () => {
        for (const { watcher, watched } of watchers) {
          process.kill(runningOf(name, watched).pid, 'SIGKILL')
          const tells = new RegExp(` ERROR .*Could not put back ${watched}.*EISDIR`)
          await waitFor(`${watcher} says what it cannot do`, () => tells.test(logOf(watcher)))
        }
      })
      t.true(began.every(isAlive))
      for (const { watcher } of watchers) t.is(complaints(watcher).length, 1, 'once')
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

/** Where the record was is a way to a directory meanwhile; at no moment is there none, with which watchers end. */
async function withoutRecord(lab: string, body: () => Promise<void>): Promise<void> {
  const record = recordPathOf(lab)
  linkSync(record, `${record}.away`)
  symlinkSync('.', `${record}.directory`)
  renameSync(`${record}.directory`, record)
  try {
    await body()
  } finally {
    renameSync(`${record}.away`, record)
  }
}
