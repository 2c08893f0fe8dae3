import { type Document, isMap, parseDocument, type YAMLMap } from 'yaml'

/** A change that a topology's text does not take; the message ends a sentence: `routers.edge is there already`. */
export class EditRefused extends Error {
  override readonly name = 'EditRefused'
}

/** A YAML document that is being changed. */
export interface OpenDocument {
  readonly document: Document
  readonly root: YAMLMap
}

/**
 * Changes a topology's text: comments, order, quotes and flow style of what is not changed survive; blanks and
 * empty lines may not. Throws EditRefused, also where the text is no topology.
 */
export function editDocument(text: string, change: (open: OpenDocument) => void): string {
  const document: Document = parseDocument(text, { uniqueKeys: false, prettyErrors: false })
  const root = document.contents
  if (document.errors.length > 0 || !isMap(root))
    throw new EditRefused('the text is no mapping of YAML')
  change({ document, root })
  return document.toString({ lineWidth: 0, flowCollectionPadding: /[{[] \S/.test(text) })
}
