import { describeEngine } from '../runtime/docker/describe-engine.ts'
import { ensureImage } from '../runtime/docker/image/ensure-image.ts'
import { ownImage } from '../runtime/docker/image/own-image.ts'
import { untilInterrupted } from './interrupt.ts'
import { needEngine } from './need-engine.ts'
import { print, printJson, remark } from './print.ts'

/** `lab image`: sees to it that the engine has lab's image, as `lab up` does, and prints its reference. */
export async function image(options: { readonly json?: true }): Promise<void> {
  using interrupt = untilInterrupted()
  const [{ api, ...engine }, content] = await Promise.all([needEngine(), ownImage()])
  const outcome = await ensureImage({ api, ...engine }, content, { signal: interrupt.signal })
  const { reference } = content
  if (options.json) return printJson({ reference, outcome, engine })
  if (outcome === 'loaded') remark(`✔ Loaded into ${describeEngine(engine)} at ${engine.host}`)
  print(reference)
}
