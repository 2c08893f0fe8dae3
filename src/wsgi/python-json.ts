import { writePythonFloat } from './python-float.ts'

/**
 * JSON as Python's `json.dumps` writes it by default: `, ` and `: ` between items, everything outside printable
 * ASCII escaped, no line feed at the end. Keys keep their order.
 */
export function dumpPythonJson(value: unknown): string {
  if (typeof value === 'string') return quotePythonText(value)
  if (typeof value === 'number') return writeNumber(value)
  if (Array.isArray(value)) return `[${value.map(dumpPythonJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) return writeObject(value)
  return value === true ? 'true' : value === false ? 'false' : 'null'
}

/** A text in quotes, everything outside printable ASCII escaped. */
export function quotePythonText(text: string): string {
  return plain.test(text) ? `"${text}"` : `"${text.replace(special, escapeCharacter)}"`
}

function escapeCharacter(character: string): string {
  return shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** What JavaScript holds as a whole number was one. */
function writeNumber(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : writePythonFloat(value)
}

function writeObject(value: object): string {
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([key, member]) => `${quotePythonText(key)}: ${dumpPythonJson(member)}`).join(', ')}}`
}

const plain = /^[ !#-[\]-~]*$/
const special = /[^ !#-[\]-~]/g
const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
}
