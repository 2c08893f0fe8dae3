/**
 * Reads what an engine answers while it loads or pulls an image: lines of JSON, also where it fails half-way after a status
 * of 200. Gives the engine's own words of what went wrong; null where nothing did.
 */
export async function readLoadProblem(
  answer: AsyncIterable<Buffer | string>,
): Promise<string | null> {
  let text = ''
  for await (const chunk of answer) text += chunk
  return (
    text
      .split('\n')
      .map(problemIn)
      .find(problem => problem !== null) ?? null
  )
}

function problemIn(line: string): string | null {
  if (line.trim() === '') return null
  const value = parse(line)
  if (typeof value !== 'object' || value === null || !('error' in value)) return null
  return String(value.error)
}

/** Podman also says things that are no JSON. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
