import { type Document, isMap, isScalar, type Node, Pair, YAMLMap } from 'yaml'
import { EditRefused, type OpenDocument } from './edit-document.ts'
import { findPair, hasKey, ownNode, removeKey } from './own-node.ts'

/** A part of a topology with resources by name. */
export type SectionName = 'networks' | 'routers' | 'instances'

/** Adds a resource at the end of a section, which is made where there is none. Throws EditRefused where it is there. */
export function addToSection(
  open: OpenDocument,
  section: SectionName,
  name: string,
  value: Node,
): void {
  const map = sectionOf(open, section) ?? makeSection(open, section)
  if (hasKey(open, map, name)) throw new EditRefused(`${section}.${name} is there already`)
  // `{}` is how nothing is written, not how the next is to be.
  if (map.items.length === 0) map.flow = false
  map.items.push(new Pair(open.document.createNode(name), value))
}

/** Takes a resource out of a section. Throws EditRefused where it is not there. */
export function removeFromSection(open: OpenDocument, section: SectionName, name: string): void {
  const map = sectionOf(open, section)
  if (map === undefined || !removeKey(open, map, name))
    throw new EditRefused(`${section}.${name} is not there`)
  if (map.items.length === 0) map.flow = true
}

/** A resource's own mapping. Throws EditRefused where it is none. */
export function resourceOf(open: OpenDocument, section: SectionName, name: string): YAMLMap {
  const map = sectionOf(open, section)
  const resource = map === undefined ? undefined : ownNode(open, map, name)
  if (isMap(resource)) return resource
  if (map === undefined || resource === undefined)
    throw new EditRefused(`${section}.${name} is not there`)
  if (resource !== null && !(isScalar(resource) && resource.value === null))
    throw new EditRefused(`${section}.${name} is no mapping`)
  return replaceValue(map, name)
}

/** A mapping of what is not undefined. */
export function writeMapping(document: Document, entries: object): YAMLMap {
  const map = new YAMLMap()
  for (const [key, value] of Object.entries(entries))
    if (value !== undefined) map.add(document.createPair(key, value))
  return map
}

/** Small things are written in one line: `{name: private, fixed_ip: 192.168.30.9}`. */
export function inOneLine(document: Document, value: unknown): Node {
  return document.createNode(value, { flow: true })
}

function sectionOf(open: OpenDocument, section: SectionName): YAMLMap | undefined {
  const node = ownNode(open, open.root, section)
  if (isMap(node)) return node
  return node === undefined ? undefined : replaceValue(open.root, section)
}

function makeSection({ document, root }: OpenDocument, section: SectionName): YAMLMap {
  const key = document.createNode(section)
  if (root.flow !== true) key.spaceBefore = true
  const map = new YAMLMap()
  root.items.push(new Pair(key, map))
  return map
}

/** A key with nothing behind it becomes one of an empty mapping. */
function replaceValue(parent: YAMLMap, key: string): YAMLMap {
  const pair = findPair(parent, key)
  const map = new YAMLMap()
  if (pair !== undefined) pair.value = map
  return map
}
