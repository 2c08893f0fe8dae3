import { canBePutRight, canChangeInPlace, isRepeatable, withdrawnLines } from '../plan/ip-change.ts'
import { isSameService, readsAgain } from '../plan/service-change.ts'
import type { FileStep, ServiceStep, Step } from '../plan/step.ts'

export interface Changes {
  /** Steps of the old plan to take away, in its order. */
  readonly remove: readonly Step[]
  /** Steps that stand and become what the new plan wants, in its order; a service reads its files again. */
  readonly update: readonly Update[]
  /** Steps of the new plan to make, in its order. */
  readonly make: readonly Step[]
  /** What stands afterwards: the new plan, but for what runs on as it is. */
  readonly steps: readonly Step[]
}

export interface Update {
  readonly before: Step
  readonly after: Step
}

/** `unfinished`: its making was begun, and the journal does not say that it ended. `differs`: the machine shows another. */
export type Condition = 'stands' | 'differs' | 'unfinished'

/**
 * Pure: what has to happen so that the new plan stands where the old one was recorded and `conditionOf` says what has become
 * of it. A step stays when both plans have it, alike, and it stands; files, settings, rules, addresses and routes are
 * changed in place, and what is built on them stays. What was built on a step that is made anew is made anew with it; a
 * service is if it was started otherwise, or with a file that it does not read again.
 */
export function planChanges(
  recorded: readonly Step[],
  wanted: readonly Step[],
  conditionOf: (stepId: string) => Condition,
): Changes {
  const before = new Map(recorded.map(step => [step.id, step]))
  const fates = new Map(
    wanted.map(step => [step.id, fateOf(before.get(step.id), step, conditionOf)]),
  )
  const comparison: Comparison = { before, fates }
  renewWhatLosesSettings(wanted, comparison)
  followWhatGoes(wanted, comparison)
  const steps = leaveWhatRuns(wanted, comparison, conditionOf)
  setRoutesAgain(steps, comparison)
  readFilesAgain(steps, comparison)
  beginWithPlannedFiles(steps, comparison)
  waitAgain(steps, comparison)
  const isIn =
    (...among: Fate[]) =>
    ({ id }: Step) =>
      among.includes(fates.get(id) ?? 'gone')
  return {
    remove: recorded.filter(step => isIn('anew', 'gone')(step)),
    update: steps.filter(isIn('update')).flatMap(after => {
      const stood = before.get(after.id)
      return stood === undefined ? [] : [{ before: stood, after }]
    }),
    make: steps.filter(isIn('new', 'anew', 'again')),
    steps,
  }
}

/** `anew`: taken away and made; `again`: made once more over what stands; `gone`: the new plan has it no more. */
type Fate = 'stays' | 'update' | 'anew' | 'again' | 'new' | 'gone'

interface Comparison {
  readonly before: ReadonlyMap<string, Step>
  readonly fates: Map<string, Fate>
}

/** What becomes of a step by itself. */
function fateOf(
  before: Step | undefined,
  after: Step,
  conditionOf: (stepId: string) => Condition,
): Fate {
  if (before === undefined) return 'new'
  if (before.kind !== after.kind) return 'anew'
  const condition = conditionOf(after.id)
  const isWhole = condition === 'stands' && isAlike(before, after)
  switch (after.kind) {
    case 'directory':
    case 'file':
    case 'rules':
    case 'sysctl':
      return isWhole ? 'stays' : 'update'
    case 'ip':
      if (isWhole) return 'stays'
      return before.kind === 'ip' && isIpChangeable(before, after, condition) ? 'update' : 'anew'
    case 'service':
      if (condition !== 'stands' || before.kind !== 'service') return 'anew'
      if (!isSameService(before, after)) return 'anew'
      if (after.staysWhileItRuns) return 'stays'
      return JSON.stringify(before.listens) === JSON.stringify(after.listens) ? 'stays' : 'update'
    case 'wait':
      return isWhole ? 'stays' : 'again'
    default:
      return isWhole ? 'stays' : 'anew'
  }
}

function isIpChangeable(
  before: Extract<Step, { kind: 'ip' }>,
  after: Extract<Step, { kind: 'ip' }>,
  condition: Condition,
): boolean {
  if (!canChangeInPlace(before, after)) return false
  if (condition === 'stands') return true
  return isRepeatable(after) || (condition === 'differs' && canBePutRight(after))
}

function isAlike(before: Step, after: Step): boolean {
  return JSON.stringify(comparable(before)) === JSON.stringify(comparable(after))
}

/** Reasons, order and files that programs rewrite may differ between two plans without anything to do. */
function comparable(step: Step): unknown {
  const { why: _why, source: _source, needs: _needs, phase: _phase, ...rest } = step
  return rest.kind === 'file' && rest.volatile ? { ...rest, content: '' } : rest
}

/**
 * What a namespace or a router's gateway had before a setting nobody knows, so one that is to be without it is made anew: a
 * lab of an older release. A guest's device keeps what no longer matters to it.
 */
function renewWhatLosesSettings(wanted: readonly Step[], { before, fates }: Comparison): void {
  const namespaces = new Set(wanted.flatMap(({ kind, id }) => (kind === 'netns' ? [id] : [])))
  const after = new Map(wanted.map(step => [step.id, step]))
  for (const stood of before.values()) {
    if (stood.kind !== 'sysctl') continue
    const step = after.get(stood.id)
    const settings = step?.kind === 'sysctl' ? step.settings : {}
    if (Object.keys(stood.settings).every(key => key in settings)) continue
    const { resetBy = '', needs } = stood
    for (const id of [resetBy, ...needs.filter(need => namespaces.has(need))])
      if (fates.get(id) === 'stays') fates.set(id, 'anew')
  }
}

/** What was built on a step that is taken away and made anew is, too; and what was on a device that another now makes. */
function followWhatGoes(wanted: readonly Step[], comparison: Comparison): void {
  const { before, fates } = comparison
  const isAnew = (id: string) => fates.get(id) === 'anew' && !isOrderOnly(before.get(id))
  let size = -1
  for (let anew = countAnew(fates); anew !== size; anew = countAnew(fates)) {
    size = anew
    for (const step of wanted) {
      const stood = before.get(step.id)
      if (stood === undefined || fates.get(step.id) === 'anew') continue
      const lost = step.needs.filter(need => stood.needs.includes(need) && isAnew(need))
      if (lost.length === 0 && !isMoved(stood, step, wanted, comparison)) continue
      fates.set(step.id, step.kind === 'ip' && canBeSetAgain(stood, step) ? 'update' : 'anew')
    }
  }
}

function countAnew(fates: ReadonlyMap<string, Fate>): number {
  return [...fates.values()].filter(fate => fate === 'anew').length
}

/** Routes go with their devices, and are set once more; nothing is built on them. */
function canBeSetAgain(before: Step, after: Extract<Step, { kind: 'ip' }>): boolean {
  const isOfRoutes = after.lines.every(line => line.startsWith('route replace '))
  return before.kind === 'ip' && isOfRoutes && canChangeInPlace(before, after)
}

/** A need for one of these is an order of starting only: what needs it outlives it. Files have a rule of their own. */
function isOrderOnly(step: Step | undefined): boolean {
  return step !== undefined && ORDER_ONLY.has(step.kind)
}

const ORDER_ONLY: ReadonlySet<Step['kind']> = new Set(['service', 'directory', 'image', 'file'])

/** Whether it stood on a device that goes and stands on one of that name that comes: a NIC on another network. */
function isMoved(
  before: Step,
  after: Step,
  wanted: readonly Step[],
  comparison: Comparison,
): boolean {
  const gone = before.needs.filter(need => !comparison.fates.has(need))
  const come = after.needs.filter(need => comparison.fates.get(need) === 'new')
  if (gone.length === 0 || come.length === 0) return false
  const devices = new Set(gone.flatMap(need => devicesOf(comparison.before.get(need))))
  const added = wanted.filter(({ id }) => come.includes(id))
  return added.some(step => devicesOf(step).some(device => devices.has(device)))
}

function devicesOf(step: Step | undefined): string[] {
  if (step?.kind !== 'ip') return []
  return (step.expects.links ?? []).map(({ device }) => `${step.namespace} ${device}`)
}

/** A service that is left as it is while it runs keeps its files: what is wanted then is what was recorded. */
function leaveWhatRuns(
  wanted: readonly Step[],
  { before, fates }: Comparison,
  conditionOf: (stepId: string) => Condition,
): readonly Step[] {
  const left = wanted.filter(
    step => step.kind === 'service' && step.staysWhileItRuns && fates.get(step.id) === 'stays',
  )
  const kept = new Map(
    left.flatMap(({ id }) => {
      const stood = before.get(id)
      const files = stood?.needs.flatMap(need => before.get(need) ?? []) ?? []
      return [stood, ...files.filter(({ kind }) => kind === 'file')].flatMap(step =>
        step === undefined ? [] : [[step.id, step] as const],
      )
    }),
  )
  return wanted.map(step => {
    const stood = kept.get(step.id)
    if (stood === undefined) return step
    fates.set(step.id, fateOf(stood, stood, conditionOf))
    return stood
  })
}

/** The kernel takes routes away with the address by which their next hop is reached. */
function setRoutesAgain(steps: readonly Step[], { before, fates }: Comparison): void {
  const wanted = new Map(steps.map(step => [step.id, step]))
  const losesAddresses = (id: string) => {
    const [stood, after] = [before.get(id), wanted.get(id)]
    if (fates.get(id) !== 'update' || stood?.kind !== 'ip' || after?.kind !== 'ip') return false
    return withdrawnLines(stood, after) !== null
  }
  for (const step of steps)
    if (step.kind === 'ip' && fates.get(step.id) === 'stays' && step.needs.some(losesAddresses))
      fates.set(step.id, 'update')
}

/** A service whose files change reads them again where it can, and starts anew where not. */
function readFilesAgain(steps: readonly Step[], { before, fates }: Comparison): void {
  const files = new Map(steps.flatMap(step => (step.kind === 'file' ? [[step.id, step]] : [])))
  for (const step of steps) {
    if (step.kind !== 'service' || !STANDING.has(fates.get(step.id) ?? 'gone')) continue
    const changed = step.needs.flatMap(need => changedFile(files.get(need), fates))
    const isRead = (after: FileStep) => isReadAgain(step, before.get(after.id), after)
    if (changed.length === 0 || step.staysWhileItRuns) continue
    fates.set(step.id, changed.every(isRead) ? 'update' : 'anew')
  }
}

const STANDING: ReadonlySet<Fate> = new Set(['stays', 'update'])

function changedFile(file: FileStep | undefined, fates: ReadonlyMap<string, Fate>): FileStep[] {
  return file === undefined || file.volatile || fates.get(file.id) === 'stays' ? [] : [file]
}

function isReadAgain(service: ServiceStep, before: Step | undefined, after: FileStep): boolean {
  return before?.kind === 'file' && readsAgain(service, before, after)
}

/**
 * A service begins with its files as they were planned: dnsmasq's leases are those of the ports, as Neutron's are. And with
 * its image, which an engine may have lost meanwhile without disturbing what runs.
 */
function beginWithPlannedFiles(steps: readonly Step[], { fates }: Comparison): void {
  const services = steps.filter(({ kind }) => kind === 'service')
  const isStanding = ({ id }: Step) => STANDING.has(fates.get(id) ?? 'gone')
  const used = new Set(services.filter(isStanding).flatMap(({ needs }) => needs))
  const begunWith = new Set(
    services.filter(step => !isStanding(step)).flatMap(({ needs }) => needs),
  )
  for (const { id, ...step } of steps) {
    if (!begunWith.has(id) || fates.get(id) !== 'stays') continue
    if (step.kind === 'image') fates.set(id, 'again')
    if (step.kind === 'file' && step.volatile && !used.has(id)) fates.set(id, 'update')
  }
}

/**
 * What is waited for follows from addresses and settings, or from a client beside it: where these change or begin, it may be on
 * its way once more.
 */
function waitAgain(steps: readonly Step[], { fates }: Comparison): void {
  const kinds = new Map(steps.map(step => [step.id, step.kind]))
  const isChanged = (id: string) =>
    (kinds.get(id) === 'ip' || kinds.get(id) === 'sysctl') && fates.get(id) !== 'stays'
  const begun = new Set(
    steps.flatMap(step =>
      step.kind === 'service' && !STANDING.has(fates.get(step.id) ?? 'gone')
        ? [`${step.namespace} ${step.id}`]
        : [],
    ),
  )
  for (const step of steps) {
    if (step.kind !== 'wait' || fates.get(step.id) !== 'stays') continue
    const isBegun = (id: string) => begun.has(`${step.namespace} ${id}`)
    if (step.needs.some(id => isChanged(id) || isBegun(id))) fates.set(step.id, 'again')
  }
}
