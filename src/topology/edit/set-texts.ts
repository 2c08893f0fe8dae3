import { isMap, isScalar, type YAMLMap } from 'yaml'
import { editDocument, type OpenDocument } from './edit-document.ts'
import { findPair, ownNode } from './own-node.ts'

/** What a key of the topology is to say. */
export interface TextAt {
  /** Keys from the top of the file; the mapping that holds the last one is there. */
  readonly path: readonly string[]
  readonly value: string
}

/** The text with other words in some places; the same text where there are none. Throws EditRefused. */
export function setTexts(text: string, changes: readonly TextAt[]): string {
  if (changes.length === 0) return text
  return editDocument(text, open => {
    for (const { path, value } of changes) {
      const key = path.at(-1) ?? ''
      const map = mappingAt(open, path.slice(0, -1))
      if (map === null) continue
      const node = ownNode(open, map, key)
      const pair = findPair(map, key)
      if (isScalar(node)) node.value = value
      else if (pair !== undefined) pair.value = open.document.createNode(value)
    }
  })
}

function mappingAt(open: OpenDocument, path: readonly string[]): YAMLMap | null {
  let map = open.root
  for (const key of path) {
    const next = ownNode(open, map, key)
    if (!isMap(next)) return null
    map = next
  }
  return map
}
