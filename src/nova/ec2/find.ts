import { HttpFailure, UnhandledFailure } from '../failure.ts'
import type { Ec2Directory, Ec2Node } from './tree.ts'

/**
 * The node a path leads to. Throws a 404 for an unknown name. One step past a leaf is what nova's code does not
 * survive (it indexes text by text); two steps are a 404.
 */
export function findEc2Node(tree: Ec2Directory, path: readonly string[]): Ec2Node {
  let node: Ec2Node = tree
  for (const [index, name] of path.entries()) {
    if (isDirectory(node)) node = enter(node, name)
    else if (Array.isArray(node) && !node.includes(name)) throw new HttpFailure(404)
    else if (!Array.isArray(node) && index < path.length - 1) throw new HttpFailure(404)
    else throw new UnhandledFailure(`${name} is a step past a leaf`)
  }
  return node
}

/** Whether a node is a directory, not a leaf or a list. */
export function isDirectory(node: Ec2Node): node is Ec2Directory {
  return typeof node === 'object' && node !== null && !Array.isArray(node) && !isBytes(node)
}

function enter(directory: Ec2Directory, name: string): Ec2Node {
  const node = Object.hasOwn(directory, name) ? directory[name] : undefined
  if (node === undefined) throw new HttpFailure(404)
  return node
}

function isBytes(node: Ec2Node): node is Uint8Array {
  return node instanceof Uint8Array
}
