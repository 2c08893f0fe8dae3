import { isDirectory } from './find.ts'
import type { Ec2Directory, Ec2Node } from './tree.ts'

/** A node as nova prints it: a directory as its sorted listing, a list by line, anything else as it is. */
export function printEc2Node(node: Ec2Node): Uint8Array {
  if (node instanceof Uint8Array) return node
  if (isDirectory(node)) return encode(listNames(node).join('\n'))
  if (typeof node === 'string' || typeof node === 'number') return encode(String(node))
  return encode(node === null ? 'None' : node.join('\n'))
}

function listNames(directory: Ec2Directory): string[] {
  const names = Object.keys(directory).filter(name => name !== '_name')
  return names.sort(comparePoints).map(name => printName(name, directory[name] ?? null))
}

/** A directory with a `_name` shows that, without a slash. */
function printName(name: string, node: Ec2Node): string {
  if (!isDirectory(node)) return name
  return Object.hasOwn(node, '_name') ? String(node._name) : `${name}/`
}

function comparePoints(left: string, right: string): number {
  return left < right ? -1 : 1
}

function encode(text: string): Uint8Array {
  return encoder.encode(text)
}

const encoder = new TextEncoder()
