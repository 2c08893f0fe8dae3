import process from 'node:process'
import { openServiceLog } from '../../src/daemon/service-log.ts'

/** `log-writer.ts LIMIT LINES`: logs so many numbered lines to stdout, a few each turn, as a service under load does. */
const [, , limitBytes, count] = process.argv
const log = openServiceLog(undefined, Number(limitBytes))
let written = 0
function writeSome(): void {
  const end = Math.min(written + 50, Number(count))
  for (; written < end; written++) log.info('test', `line ${written}`)
  if (written < Number(count)) setTimeout(writeSome, 1)
}
writeSome()
