import type { ListrTask } from 'listr2'
import type { ApplyEvent } from '../lab/apply.ts'
import type { Phase, Step } from '../plan/step.ts'

/** Draws the work on stderr: a line for each phase of the plan, which is done when all of its steps are. */
export class Progress {
  readonly #phases = new Map<Phase, PhaseProgress>()
  #drawn: Promise<unknown> = Promise.resolve()

  start(steps: readonly Step[]): void {
    for (const [phase, title] of Object.entries(TITLES) as [Phase, string][]) {
      const total = steps.filter(step => step.phase === phase).length
      const ofRouters = phase === 'dhcp' && steps.some(isRadvd) ? ' and radvd' : ''
      if (total > 0) this.#phases.set(phase, new PhaseProgress(`${title}${ofRouters}`, total))
    }
    this.#drawn = draw([...this.#phases.values()])
    // Waited for in the end, which may be long after it has failed.
    this.#drawn.catch(() => undefined)
  }

  note(event: ApplyEvent): void {
    if (event.event !== 'stands') return
    for (const step of event.steps) this.#phases.get(step.phase)?.advance()
  }

  /** Ends the drawing; after a failure, in the phase given, the others are where they were left. */
  async end(failedPhase: Phase | null = null): Promise<void> {
    for (const [name, phase] of this.#phases) phase.end(name === failedPhase)
    await this.#drawn
  }
}

const TITLES: Record<Phase, string> = {
  image: 'Image of the containers',
  files: 'Files of the services',
  namespaces: 'Network namespaces',
  wiring: 'Links, addresses, routes and rules',
  metadata: 'neutron-metadata-agent and nova-api-metadata',
  dhcp: 'dnsmasq',
  proxies: 'Metadata proxies',
  guests: 'Leases of the guests',
}

function isRadvd(step: Step): boolean {
  return step.kind === 'service' && step.service === 'radvd'
}

/** One line: its task ends when the phase does. */
class PhaseProgress {
  readonly title: string
  readonly total: number
  readonly #ended = Promise.withResolvers<void>()
  #done = 0
  #show: (title: string) => void = () => undefined

  constructor(title: string, total: number) {
    this.title = title
    this.total = total
    this.#ended.promise.catch(() => undefined)
  }

  advance(): void {
    this.#done += 1
    this.#show(this.#text())
    if (this.#done === this.total) this.#ended.resolve()
  }

  end(failed: boolean): void {
    if (failed) this.#ended.reject(new Error('failed'))
    else this.#ended.resolve()
  }

  toTask(): ListrTask {
    return {
      title: this.#text(),
      task: async (_context, task) => {
        this.#show = title => {
          task.title = title
        }
        await this.#ended.promise
        task.title = this.#text()
        if (this.#done < this.total) task.skip(`${this.#text()}, not finished`)
      },
    }
  }

  #text(): string {
    return this.total === 1 ? this.title : `${this.title} (${this.#done}/${this.total})`
  }
}

async function draw(phases: readonly PhaseProgress[]): Promise<void> {
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2')
  const logger = new ListrLogger({
    processOutput: new ProcessOutput(process.stderr, process.stderr),
  })
  const tasks = phases.map(phase => phase.toTask())
  const common = { concurrent: true, exitOnError: false, registerSignalListeners: false } as const
  const listr = process.stderr.isTTY
    ? new Listr(tasks, {
        ...common,
        renderer: 'default',
        rendererOptions: { logger, showErrorMessage: false, collapseSkips: false },
      })
    : new Listr(tasks, { ...common, renderer: 'simple', rendererOptions: { logger } })
  await listr.run()
}
