import chalk, { Chalk, type ChalkInstance, chalkStderr } from 'chalk'

/** The colours of an answer or of an error; none without a terminal, nor where NO_COLOR is set (no-color.org). */
export function colorsFor(stream: 'stdout' | 'stderr'): ChalkInstance {
  const wanted = process[stream].isTTY && !process.env.NO_COLOR
  const { level } = stream === 'stdout' ? chalk : chalkStderr
  return new Chalk({ level: wanted ? level : 0 })
}
