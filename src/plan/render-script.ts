import { type Command, commandOf, isCommandStep } from './command.ts'
import { orderIntoGroups } from './order-into-groups.ts'
import { renderRefusals } from './render-refusals.ts'
import { sharedMarkerOf } from './shared-marker.ts'
import { quoteCommand, quoteWord, wrapCommand } from './shell-quote.ts'
import type { DirectoryStep, FileStep, Plan, ServiceStep, Step } from './step.ts'

/** A file that the script writes before anything else: the lab's record, so that `lab down` can undo it. */
export interface ScriptRecord {
  readonly path: string
  readonly content: string
  readonly topology: { readonly path: string; readonly content: string }
  readonly journalPath: string
}

/**
 * The plan as a bash script that builds the same lab as `lab up`: the same commands in an order in which each finds
 * what it needs. Refuses, before changing anything, where a name of the lab is taken. Contains the lab's secrets.
 */
export function renderScript(plan: Plan, record: ScriptRecord): string {
  const groups = orderIntoGroups(plan.steps)
  return [
    renderHead(plan),
    renderRefusals(plan),
    renderRecord(plan, record),
    ...groups.map(renderGroup),
    renderEnd(plan, record),
  ].join('\n')
}

function renderHead({ lab, steps }: Plan): string {
  return `#!/bin/bash
# Builds the lab ${lab}: ${steps.length} resources, each with the reason why it is there.
# Run as root: lab up --dry-run … | sudo bash. \`lab down ${lab}\` takes it away again.
set -euo pipefail
umask 022
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin LC_ALL=C LAB=${quoteWord(lab)}
refuse() { echo "lab: $1" >&2; exit 1; }
[ "$(id -u)" = 0 ] || refuse 'this script needs root: pipe it to \`sudo bash\`'
trap 'echo "lab: stopped at line $LINENO; \\\`lab down ${lab}\\\` takes away what stands" >&2' ERR
`
}

function renderRecord({ statePath, steps }: Plan, record: ScriptRecord): string {
  const begin = {
    event: 'begin',
    steps: steps.flatMap(({ id, kind }) => (kind === 'netns' ? id : [])),
  }
  return `# the record by which lab knows what is its own
mkdir -p ${quoteWord(parentOf(statePath))}
mkdir -m 711 ${quoteWord(statePath)}
(umask 077
${writeFile(record.topology.path, record.topology.content)}
${writeFile(`${record.path}.new`, record.content)}
mv ${quoteWord(`${record.path}.new`)} ${quoteWord(record.path)}
printf '{"event":"open","bootId":"%s","at":"%s"}\\n' "$(cat /proc/sys/kernel/random/boot_id)" "$(date -u +%FT%T.%3NZ)" >${quoteWord(record.journalPath)}
echo '${JSON.stringify(begin)}' >>${quoteWord(record.journalPath)})
`
}

function renderEnd({ lab, steps }: Plan, record: ScriptRecord): string {
  const namespaces = steps.flatMap(step => (step.kind === 'netns' ? [step.namespace] : []))
  return `# what tells these namespaces from others that may have their names one day
for namespace in ${namespaces.join(' ')}; do
  printf '{"event":"done","steps":["netns:%s"],"namespaces":{"%s":"%s"}}\\n' \\
    "$namespace" "$namespace" "$(stat -c %i:%.9Z "/run/netns/$namespace")"
done >>${quoteWord(record.journalPath)}
printf '{"event":"stands","at":"%s"}\\n' "$(date -u +%FT%T.%3NZ)" >>${quoteWord(record.journalPath)}
echo 'The lab ${lab} stands. lab status ${lab} shows it.'
`
}

function renderGroup(group: readonly Step[]): string {
  const reasons = group.map(step => `# ${step.why}`)
  const [first, ...rest] = group
  if (first === undefined) return ''
  return `${[...new Set(reasons)].join('\n')}\n${renderSteps(first, rest)}\n`
}

function renderSteps(first: Step, rest: readonly Step[]): string {
  switch (first.kind) {
    case 'directory':
      return renderDirectory(first)
    case 'file':
      return renderFile(first)
    case 'image':
      return `${quoteCommand(first.argv)} >/dev/null`
    default:
      return renderCommand(commandOf([first, ...rest.filter(isCommandStep)]))
  }
}

function renderDirectory({ path, mode, shared }: DirectoryStep): string {
  const octal = mode.toString(8)
  if (shared === undefined) return `install -d -m ${octal} ${quoteWord(path)}`
  const marker = quoteWord(sharedMarkerOf(path))
  return `[ -d ${path} ] || { touch ${marker} && mkdir -m ${octal} ${path}; }`
}

function renderFile({ path, mode, content }: FileStep): string {
  const body = writeFile(path, content)
  const octal = mode.toString(8)
  return mode & 0o044
    ? `${body}\nchmod ${octal} ${quoteWord(path)}`
    : `(umask 077; ${body}\n)\nchmod ${octal} ${quoteWord(path)}`
}

/** A here-document where the content ends in a newline, else printf, which adds none. */
function writeFile(path: string, content: string): string {
  if (content === '') return `: >${quoteWord(path)}`
  if (!content.endsWith('\n')) return `printf %s ${quoteText(content)} >${quoteWord(path)}`
  const delimiter = delimiterFor(content)
  return `cat >${quoteWord(path)} <<'${delimiter}'\n${content}${delimiter}`
}

function quoteText(content: string): string {
  return `'${content.replaceAll("'", `'\\''`)}'`
}

function delimiterFor(content: string): string {
  const lines = new Set(content.split('\n'))
  let delimiter = 'EOF'
  while (lines.has(delimiter)) delimiter += '_'
  return delimiter
}

function renderCommand({ argv, stdin, service }: Command): string {
  if (service !== undefined) return renderService(argv, service)
  if (stdin === undefined) return quoteCommand(argv)
  const delimiter = delimiterFor(stdin)
  return `${quoteCommand(argv)} <<'${delimiter}'\n${stdin}${delimiter}`
}

/** The log is root's alone, as with `lab up`; the service's own files have the usual modes. */
function renderService(argv: readonly string[], service: ServiceStep): string {
  if (service.container !== undefined)
    return `${wrapCommand(argv)} >/dev/null\n${waitForPidFile(service)}`
  const logFile = quoteWord(service.logFile)
  const command = `${quoteCommand(argv)} >>${logFile} 2>&1 </dev/null`
  const start = service.daemonizes ? command : renderInBackground(command, service)
  return `(umask 077; : >>${logFile})\n${start}`
}

function renderInBackground(command: string, service: ServiceStep): string {
  return `setsid ${command} &\n${waitForPidFile(service)}`
}

function waitForPidFile({ pidFile }: ServiceStep): string {
  return `timeout 10 sh -c 'until [ -s ${quoteWord(pidFile)} ]; do sleep 0.02; done'`
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
