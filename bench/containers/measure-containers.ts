import { provideEngines, withdrawEngines } from '../../scripts/provide-engines.ts'
import { compareRuntimes, type RuntimeComparison } from './compare-runtimes.ts'
import { type ImageTimes, measureImage } from './measure-image.ts'
import { renderContainers } from './render-containers.ts'

/**
 * Compares labs in containers with labs of processes and with bare containers, on the engines that tests would use. Gives
 * lines of Markdown. Throws where there is no engine.
 */
export async function measureContainers(
  rounds: number,
  signal: AbortSignal,
  say: (words: string) => void,
): Promise<string[]> {
  try {
    const engines = await provideEngines()
    for (const { kind, host, why } of engines) say(`${kind}: ${host ?? why}`)
    const hosts = Object.fromEntries(
      engines.flatMap(({ kind, host }) => (host === undefined ? [] : [[kind, host]])),
    )
    if (Object.keys(hosts).length === 0) throw new Error('There is no container engine')
    const images = await measureImages(hosts, Math.ceil(rounds / 5), signal)
    const comparisons: RuntimeComparison[] = []
    for (const topology of ['dhcp-mode', 'router-mode']) {
      say(`${rounds} rounds of ${topology} …`)
      comparisons.push(await compareRuntimes(topology, hosts, rounds, signal))
    }
    return renderContainers(comparisons, images)
  } finally {
    await withdrawEngines()
  }
}

async function measureImages(
  hosts: Readonly<Record<string, string>>,
  runs: number,
  signal: AbortSignal,
): Promise<Record<string, ImageTimes[]>> {
  const images: Record<string, ImageTimes[]> = {}
  for (let run = 0; run < runs; run++)
    for (const [kind, host] of Object.entries(hosts))
      images[kind] = [...(images[kind] ?? []), await measureImage(host, signal)]
  return images
}
