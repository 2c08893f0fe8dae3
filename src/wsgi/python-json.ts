/**
 * JSON as Python's `json.dumps` writes it by default: `, ` and `: ` between items, everything outside printable
 * ASCII escaped, no line feed at the end. Keys keep their order.
 */
export function dumpPythonJson(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return writeNumber(value)
  if (Array.isArray(value)) return `[${value.map(dumpPythonJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) return writeObject(value)
  return value === true ? 'true' : value === false ? 'false' : 'null'
}

function quote(text: string): string {
  return plain.test(text) ? `"${text}"` : `"${text.replace(special, escapeCharacter)}"`
}

function escapeCharacter(character: string): string {
  return shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function writeNumber(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString()
  // Python goes over to exponents below 1e-4, JavaScript below 1e-6, and Python's have two digits.
  const text = Math.abs(value) < 1e-4 ? value.toExponential() : String(value)
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

function writeObject(value: object): string {
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([key, member]) => `${quote(key)}: ${dumpPythonJson(member)}`).join(', ')}}`
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
