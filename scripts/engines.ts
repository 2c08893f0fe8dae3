import { once } from 'node:events'
import { abortOnInterrupt } from './abort-on-interrupt.ts'
import { enginePrograms } from './engine-programs.ts'
import { provideEngines, withdrawEngines } from './provide-engines.ts'

/** Holds the engines that tests use until it is interrupted, and prints what tells tests of them. */
const interrupted = abortOnInterrupt()
const held = setInterval(() => undefined, 2 ** 30)
try {
  for (const { kind, host, why } of await provideEngines()) {
    console.log(
      host === undefined
        ? `# no ${kind}: ${why}`
        : `export ${enginePrograms[kind].variable}=${host} # ${why}`,
    )
  }
  if (!interrupted.aborted) await once(interrupted, 'abort')
} finally {
  clearInterval(held)
  await withdrawEngines()
}
