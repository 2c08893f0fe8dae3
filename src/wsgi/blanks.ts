/** Of blanks HTTP knows two, of which a pattern at the end of a text would search every run. */
export function trimBlanks(text: string, start = 0, end = text.length): string {
  let [first, last] = [start, end]
  while (first < last && isBlank(text[first])) first++
  while (first < last && isBlank(text[last - 1])) last--
  return text.slice(first, last)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
