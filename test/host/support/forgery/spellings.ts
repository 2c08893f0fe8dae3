import { type Attack, namesOf, request } from './attack.ts'
import type { Header } from './forged-headers.ts'

/** Requests whose forged headers are written in a way that a proxy and a server may read differently. */
export function spellHeaders(headers: readonly Header[]): readonly Attack[] {
  return Object.entries(spellings).map(([title, spell]) => ({
    name: `${title}: ${namesOf(headers)}`,
    bytes: request(headers.map(([name, value]) => spell(name, value))),
  }))
}

type Spelling = (name: string, value: string) => string

/** Each gives one header line or several, without the last line end. */
const spellings: Readonly<Record<string, Spelling>> = {
  'lower case': (name, value) => `${name.toLowerCase()}: ${value}`,
  'upper case': (name, value) => `${name.toUpperCase()}: ${value}`,
  'odd case': (name, value) => `${swapCase(name)}: ${value}`,
  underscores: (name, value) => `${name.replaceAll('-', '_')}: ${value}`,
  'one underscore': (name, value) => `${name.replace('-', '_')}: ${value}`,
  'the other underscore': (name, value) => `${name.replace(/-(?=[^-]*$)/, '_')}: ${value}`,
  'both ways': (name, value) => `${name}: ${value}\r\n${name.replaceAll('-', '_')}: ${value}`,
  'no blank': (name, value) => `${name}:${value}`,
  tab: (name, value) => `${name}:\t${value}`,
  'blanks around': (name, value) => `${name}:   ${value}\t `,
  'blank before the colon': (name, value) => `${name} : ${value}`,
  'tab before the colon': (name, value) => `${name}\t: ${value}`,
  'underscore and blank before the colon': (name, value) =>
    `${name.replaceAll('-', '_')} : ${value}`,
  'leading blank': (name, value) => ` ${name}: ${value}`,
  'value on a folded line': (name, value) => `${name}:\r\n ${value}`,
  'folded with underscores': (name, value) => `${name.replaceAll('-', '_')}:\r\n\t${value}`,
  'hidden in a folded line': (name, value) => `X-Other: x\r\n ${name}: ${value}`,
  'hidden in an empty folded line': (name, value) => `X-Other: x\r\n \r\n ${name}: ${value}`,
  twice: (name, value) => `${name}: ${value}\r\n${name}: ${value}`,
  'empty first': (name, value) => `${name}:\r\n${name}: ${value}`,
  'empty last': (name, value) => `${name}: ${value}\r\n${name}:`,
  empty: name => `${name}:`,
  'empty with underscores': name => `${name.replaceAll('-', '_')}:`,
  list: (name, value) => `${name}: ${value}, ${value}`,
  'comma last': (name, value) => `${name}: ${value},`,
  'comma first': (name, value) => `${name}: ,${value}`,
  quoted: (name, value) => `${name}: "${value}"`,
  'IPv4 in IPv6': (name, value) => `${name}: ::ffff:${value}`,
  'with a port': (name, value) => `${name}: ${value}:80`,
  'NUL behind the value': (name, value) => `${name}: ${value}\0`,
  'NUL and underscores': (name, value) => `${name.replaceAll('-', '_')}: ${value}\0`,
  'NUL before the value': (name, value) => `${name}: \0${value}`,
  'NUL in the name': (name, value) => `${name}\0: ${value}`,
  'CR behind the value': (name, value) => `${name}: ${value}\rX-Other: x`,
  'CR and underscores': (name, value) => `${name.replaceAll('-', '_')}: ${value}\r`,
  'CR before the name': (name, value) => `X-Other: x\r${name}: ${value}`,
  'LF before the name': (name, value) => `X-Other: x\n${name}: ${value}`,
  'LF and underscores': (name, value) => `X-Other: x\n${name.replaceAll('-', '_')}: ${value}`,
  // Line ends for Python's str.splitlines, and for no HTTP server.
  ...Object.fromEntries(
    ['\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\x85', '\xe2\x80\xa8', '\xe2\x80\xa9'].map(end => [
      `line end ${JSON.stringify(end)}`,
      (name: string, value: string) => `X-Other: x${end}${name}: ${value}`,
    ]),
  ),
  // The agent that is a socket server reads 4096 bytes, and the proxy's own headers are the last.
  ...Object.fromEntries(
    [2000, 3600, 3700, 3750, 3800, 3850, 3900, 3950, 4000, 4096, 8192].map(size => [
      `before ${size} bytes`,
      (name: string, value: string) =>
        `${name.replaceAll('-', '_')}: ${value}\r\nX-Other: ${'x'.repeat(size)}`,
    ]),
  ),
}

function swapCase(name: string): string {
  return [...name]
    .map((letter, index) => (index % 2 === 0 ? letter.toLowerCase() : letter.toUpperCase()))
    .join('')
}
