export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
}

/** What the abort signal is aborted with: the user, or the system, wants the command to end. */
export class Interrupted extends Error {
  override readonly name = 'AbortError'
  /** As shells say it of a command that the signal has ended: 128 and its number. */
  readonly exitCode: number

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}`)
    this.exitCode = EXIT_CODES[signal] ?? 1
  }
}

/**
 * An abort signal for the first Ctrl-C (or SIGTERM, SIGHUP); a second one ends the process at once. `timeout` and sudo
 * pass one signal on twice, so what comes right behind the first is the first.
 */
export function untilInterrupted(): Interrupt {
  const controller = new AbortController()
  let abortedAt = 0
  const onSignal = (name: NodeJS.Signals) => {
    const interrupted = new Interrupted(name)
    if (!controller.signal.aborted) abortedAt = performance.now()
    else if (performance.now() - abortedAt > SAME_SIGNAL_MS) process.exit(interrupted.exitCode)
    controller.abort(interrupted)
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, onSignal)
    },
  }
}

const SAME_SIGNAL_MS = 200

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
}
