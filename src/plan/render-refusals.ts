import { engineCommand } from './docker-run.ts'
import { quoteCommand, quoteWord } from './shell-quote.ts'
import { isContained, type Plan, type Step } from './step.ts'

/** Where a script refuses, before it changes anything, since a name of the lab is taken. `refuse` is there. */
export function renderRefusals({ steps, statePath }: Plan): string {
  const namespaces = steps.flatMap(step => (step.kind === 'netns' ? [step.namespace] : []))
  return `[ ! -e ${quoteWord(statePath)} ] || refuse '${statePath} exists: this lab stands already'
for namespace in ${namespaces.join(' ')}; do
  [ ! -e "/run/netns/$namespace" ] || refuse "network namespace $namespace exists and is not this lab's"
done
${renderTakenContainers(steps)}`
}

function renderTakenContainers(steps: readonly Step[]): string {
  const containers = steps.filter(isContained).map(({ container }) => container)
  const [first] = containers
  if (first === undefined) return ''
  const client = engineCommand(first.engine)
  return `taken=$(${quoteCommand([...client, 'ps', '--all', '--format', '{{.Names}}'])}) || refuse '${client.join(' ')} does not answer; is it started?'
for container in ${containers.map(({ name }) => name).join(' ')}; do
  ! grep -qxF "$container" <<<"$taken" || refuse "container $container exists and is not this lab's"
done
`
}
