/**
 * Files of tests that no line of a run names. Of several files ava names each by its path below the folder that they
 * share, as in `✔ daemon › reload › TITLE`; of one file, runTests does.
 */
export function filesWithoutTests(
  files: readonly string[],
  lines: readonly string[],
): readonly string[] {
  const named = new Set(lines.flatMap(line => namesIn(line.slice(2))))
  return files.filter(file => !namesOf(file).some(name => named.has(name)))
}

/** `a › b › c` may be a file a, or a/b, with a title that has such a sign itself. */
function namesIn(line: string): readonly string[] {
  const parts = line.split(SIGN)
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(SIGN))
}

function namesOf(file: string): readonly string[] {
  const parts = file.replace(/\.test\.ts$/, '').split('/')
  return parts.map((_, index) => parts.slice(index).join(SIGN))
}

const SIGN = ' › '
