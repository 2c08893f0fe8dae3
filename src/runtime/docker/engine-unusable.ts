import { LabError } from '../../lab/lab-error.ts'

/** Why labs cannot have an engine. */
export interface Refusal {
  /** `absent`: nothing is there at all, which is no fault of a machine. */
  readonly reason:
    | 'absent'
    | 'misnamed'
    | 'denied'
    | 'stopped'
    | 'silent'
    | 'failing'
    | 'no-engine'
    | 'elsewhere'
    | 'rootless'
    | 'too-old'
    | 'other-programs'
  /** As it was asked for: `unix:///var/run/docker.sock`. */
  readonly host: string
  /** What is wrong, in words that can follow the host; more lines tell more. */
  readonly problem: string
  /** What to do about it, without a full stop. */
  readonly remedy: string
}

interface Telling extends ErrorOptions {
  /** In place of host and problem. */
  readonly message?: string
  /** In place of the remedy alone. */
  readonly hint?: string
}

/** There is no engine at a host that can run a lab's containers. Exit code 3. */
export class EngineUnusable extends LabError {
  readonly refusal: Refusal

  constructor(refusal: Refusal, { message, hint, ...options }: Telling = {}) {
    super(message ?? `Cannot use the container engine at ${refusal.host}: ${refusal.problem}`, {
      ...options,
      standing: 'Nothing was changed.',
      hint: hint ?? `${refusal.remedy}.`,
      exitCode: 3,
    })
    this.refusal = refusal
  }
}
