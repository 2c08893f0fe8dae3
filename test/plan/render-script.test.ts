import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { directoryStep, fileStep } from '../../src/plan/file-steps.ts'
import { renderScript } from '../../src/plan/render-script.ts'
import { quoteCommand } from '../../src/plan/shell-quote.ts'
import type { Plan, Step } from '../../src/plan/step.ts'
import { containerFacts } from '../fixtures/container-facts.ts'
import { planOf, shippedTopology } from '../fixtures/planned.ts'

const record = {
  path: '/var/lib/lab/fixture/lab.json',
  content: '{}\n',
  topology: { path: '/var/lib/lab/fixture/topology.yaml', content: 'networks: {}\n' },
  journalPath: '/var/lib/lab/fixture/journal.jsonl',
}

function planIn(folder: string, contents: readonly string[], mode: number): Plan {
  const place = { host: 'controller', why: 'a test', source: [] }
  const directory = directoryStep({ ...place, path: `${folder}/state`, mode: 0o755 }, [])
  const files = contents.map((content, at) =>
    fileStep({ ...place, path: `${folder}/state/file ${at}'s`, content, mode }),
  )
  return { lab: 'fixture', statePath: `${folder}/state`, steps: [directory, ...files] }
}

/** Runs the script's steps as the user who tests, without the parts that need root. */
function runScript(folder: string, plan: Plan): void {
  const script = renderScript(plan, {
    path: `${folder}/state/lab.json`,
    content: '{}\n',
    topology: { path: `${folder}/state/topology.yaml`, content: '' },
    journalPath: `${folder}/state/journal.jsonl`,
  })
  execFileSync('bash', [], { input: script.replace(/^\[ "\$\(id -u\)".*$/m, ''), stdio: 'pipe' })
}

function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'lab-script-'))
  try {
    return body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const writtenBack = (contents: readonly string[], mode = 0o644) =>
  inFolder(folder => {
    runScript(folder, planIn(folder, contents, mode))
    return contents.map((_, at) => readFileSync(`${folder}/state/file ${at}'s`, 'utf8'))
  })

const awkward = [
  '',
  '\n',
  '\n\n',
  'no newline',
  'it\'s $HOME `id` \\ "quoted" $(id)\n',
  'EOF\n',
  'EOF\nEOF_\nEOF__',
  "'EOF'\n",
  'tab\there\r\n',
  'Grüße 🚀\n',
]

test('contents that look like shell arrive as they are', t => {
  t.deepEqual(writtenBack(awkward), awkward)
})

test('any text that a file can hold survives bash', t => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...'\n\'"\\$`EOF_ '),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })
  // bash has no NUL in its own text, and no file of the plan has one
  const written = text.map(value => value.replaceAll('\0', '').toWellFormed())
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 20 }), contents => {
      t.deepEqual(writtenBack(contents), contents)
    }),
    { numRuns: 25 },
  )
})

test('files have their modes, whatever the umask', t => {
  inFolder(folder => {
    runScript(folder, planIn(folder, ['secret\n'], 0o600))
    t.is(statSync(`${folder}/state/file 0's`).mode & 0o777, 0o600)
    t.is(statSync(`${folder}/state/lab.json`).mode & 0o777, 0o600)
  })
})

test('a word survives the shell', t => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 }), words => {
      const argv = words.map(word => word.replaceAll('\0', '').toWellFormed())
      const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${quoteCommand(argv)}`], {
        encoding: 'utf8',
      })
      t.deepEqual(printed.split('\0').slice(0, -1), argv)
    }),
    { numRuns: 50 },
  )
})

for (const name of ['dhcp-mode', 'router-mode'] as const) {
  const plan = planOf(shippedTopology(name))
  const script = renderScript(plan, record)

  test(`${name}: the script is one that bash can read`, t => {
    t.notThrows(() => execFileSync('bash', ['-n'], { input: script, stdio: 'pipe' }))
  })

  test(`${name}: the script says why of every resource, and holds every file and command line`, t => {
    for (const step of plan.steps) t.true(script.includes(`# ${step.why}\n`), step.id)
    for (const text of plan.steps.flatMap(textsOf)) t.true(script.includes(text), text)
  })

  test(`${name}: the same plan prints the same script`, t => {
    t.is(renderScript(planOf(shippedTopology(name)), record), script)
  })
}

test('in containers: the script is one that bash can read', t => {
  const plan = planOf(shippedTopology('dhcp-mode'), containerFacts('docker'))
  const script = renderScript(plan, record)
  t.notThrows(() => execFileSync('bash', ['-n'], { input: script, stdio: 'pipe' }))
})

function textsOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'file':
      return [step.content]
    case 'ip':
      return step.lines
    case 'rules':
      return [step.rules]
    case 'service':
      return [quoteCommand(step.argv), step.logFile]
    case 'netns':
      return [`netns add ${step.namespace}\n`]
    default:
      return []
  }
}
