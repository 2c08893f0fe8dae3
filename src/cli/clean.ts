import { labExists, labNames } from '../lab/record.ts'
import { takeDown } from '../lab/take-down.ts'
import type { CleanedImages } from './clean-images.ts'
import { throwTogether } from './down.ts'
import { type LabState, stateOf, stateWhile } from './list.ts'
import { lockForCommand } from './lock-for-command.ts'
import { print, printJson } from './print.ts'
import { requireRoot } from './require-root.ts'

interface CleanOptions {
  readonly dryRun?: true
  readonly images?: true
  readonly json?: true
}

/**
 * `lab clean`: takes away labs that a crash left half-built or half-removed, or that ended with a reboot; with `--images`
 * also the engine's old images of lab's.
 */
export async function clean(options: CleanOptions): Promise<void> {
  requireRoot()
  const states = await Promise.all(
    labNames().map(async lab => ({ lab, state: await stateOf(lab) })),
  )
  const left = states.filter(({ state }) => LEFTOVERS.has(state))
  const { gone, problems } = options.dryRun ? { gone: left, problems: [] } : await takeAway(left)
  const images = options.images ? await cleanImagesToo(options, problems) : null
  if (options.json) printJson(options.images ? { labs: gone, ...images } : gone)
  else {
    const verb = options.dryRun ? 'would go' : 'is gone'
    for (const { lab, state } of gone) print(`✔ Lab ${lab} (${state}) ${verb}`)
    for (const line of describeImages(images, verb)) print(line)
    const imageCount = (images?.images.length ?? 0) + (images?.used.length ?? 0)
    const count = gone.length + problems.length + imageCount
    if (count === 0) print('Nothing is left over.')
  }
  throwTogether(problems)
}

async function cleanImagesToo(
  options: CleanOptions,
  problems: unknown[],
): Promise<CleanedImages | null> {
  const { cleanImages } = await import('./clean-images.ts')
  try {
    return await cleanImages({ isDryRun: options.dryRun === true })
  } catch (error) {
    problems.push(error)
    return null
  }
}

function describeImages(images: CleanedImages | null, verb: string): string[] {
  if (images === null) return []
  if (images.engine === null) return ['No container engine is there, so neither are its images.']
  return [
    ...images.images.map(
      ({ image, sizeBytes }) => `✔ Image ${image} (${Math.round(sizeBytes / 1e6)} MB) ${verb}`,
    ),
    ...images.used.map(({ image }) => `! Image ${image} stays: a container uses it`),
  ]
}

interface Leftover {
  readonly lab: string
  readonly state: LabState
}

/** One after the other; errors of one do not keep the others. */
async function takeAway(
  leftovers: readonly Leftover[],
): Promise<{ gone: Leftover[]; problems: unknown[] }> {
  const gone: Leftover[] = []
  const problems: unknown[] = []
  for (const { lab } of leftovers) {
    try {
      gone.push(...(await takeIfLeftOver(lab)))
    } catch (error) {
      problems.push(error)
    }
  }
  return { gone, problems }
}

/** Looks again under the lock: whoever held it may have built the lab to its end, or have taken it away. */
async function takeIfLeftOver(lab: string): Promise<Leftover[]> {
  await using _lock = await lockForCommand(lab, 'lab clean')
  const state = stateWhile(false, lab)
  if (!labExists(lab) || !LEFTOVERS.has(state)) return []
  await takeDown(lab)
  return [{ lab, state }]
}

const LEFTOVERS: ReadonlySet<LabState> = new Set<LabState>([
  'half-built',
  'half-removed',
  'gone since reboot',
])
