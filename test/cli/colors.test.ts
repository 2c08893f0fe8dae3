import { join } from 'node:path'
import test from 'ava'
import { execa } from 'execa'
import { projectRoot } from '../../src/linux/gather-facts.ts'

const red = '\u001b[31m'

/** What a command writes to a terminal, which script(1) gives it, outside of CI, where chalk leaves colours away. */
async function onTerminal(command: string, environment: Record<string, string>): Promise<string> {
  const line = `${join(projectRoot, 'lab')} ${command}`
  const env = { TERM: 'xterm', CI: undefined, ...environment }
  const { stdout } = await execa('script', ['-qec', line, '/dev/null'], {
    env,
    reject: false,
    stdin: 'ignore',
  })
  return stdout
}

test('on a terminal the mark of an error is red, unless NO_COLOR is set', async t => {
  t.true((await onTerminal('restart', {})).includes('missing'))
  t.true((await onTerminal('validate no-such.yaml', {})).includes(`${red}✖`))
  t.true((await onTerminal('validate no-such.yaml', { NO_COLOR: '' })).includes(`${red}✖`))
  t.regex(await onTerminal('validate no-such.yaml', { NO_COLOR: '1' }), /^✖ /)
})

test('on a terminal doctor has colours, unless NO_COLOR is set', async t => {
  t.true((await onTerminal('doctor', {})).includes('\u001b['))
  t.false((await onTerminal('doctor', { NO_COLOR: '1' })).includes('\u001b['))
})
