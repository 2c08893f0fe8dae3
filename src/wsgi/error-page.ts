import { chooseOffer } from './accept.ts'
import type { Answer } from './answer.ts'
import { dumpPythonJson } from './python-json.ts'
import { defaultExplanations, formatStatus, reasonPhrases } from './status.ts'

export interface PageRequest {
  readonly method: string
  /** The `Accept` header; undefined without one. */
  readonly accept: string | undefined
}

/**
 * The page WebOb 1.8 makes of an HTTP exception: HTML, JSON or plain text by the request's `Accept`, plain without
 * one, and for HEAD nothing under HTML's type.
 */
export function renderErrorPage(
  request: PageRequest,
  status: number,
  explanation = defaultExplanations[status] ?? '',
): Answer {
  if (request.method === 'HEAD') return { status, contentType: htmlType, body: encode('') }
  const offer = chooseOffer(request.accept ?? '', ['text/html', 'application/json'])
  if (offer === 'text/html') return page(status, htmlType, html(status, explanation))
  if (offer === 'application/json') return page(status, offer, json(status, explanation))
  return page(status, 'text/plain; charset=UTF-8', plain(status, explanation))
}

function page(status: number, contentType: string, text: string): Answer {
  return { status, contentType, body: encode(text), lengthFirst: true }
}

function html(status: number, explanation: string): string {
  const title = formatStatus(status)
  const head = `<html>\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n`
  return `${head}  ${escapeHtml(explanation)}<br /><br />\n\n\n\n </body>\n</html>`
}

function json(status: number, explanation: string): string {
  const message = `${explanation}<br /><br />\n\n\n`
  return dumpPythonJson({ message, code: formatStatus(status), title: reasonPhrases[status] })
}

function plain(status: number, explanation: string): string {
  const text = dropTags(explanation.replaceAll('\n', ' ').replaceAll('\r', ''))
  return `${formatStatus(status)}\n\n${text}\n\n   `
}

/** Behind the last `>` no tag ends, and a guest's address of 60,000 `<` would be searched once for each. */
function dropTags(text: string): string {
  const end = text.lastIndexOf('>') + 1
  return text.slice(0, end).replaceAll(/<[^>]*>/g, '') + text.slice(end)
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => htmlEscapes[character] ?? character)
}

function encode(text: string): Uint8Array {
  return encoder.encode(text)
}

const htmlType = 'text/html; charset=UTF-8'
const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
}
const encoder = new TextEncoder()
