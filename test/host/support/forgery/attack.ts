import type { Header } from './forged-headers.ts'

/** Bytes of a guest that means harm, one character each. */
export interface Attack {
  readonly name: string
  readonly bytes: string
}

export const metaDataPath = '/openstack/latest/meta_data.json'

/** A request with whole lines of headers. */
export function request(lines: readonly string[], head = `GET ${metaDataPath} HTTP/1.1`): string {
  return [head, 'Host: 169.254.169.254', ...lines, '', ''].join('\r\n')
}

export function linesOf(headers: readonly Header[]): string[] {
  return headers.map(header => header.join(': '))
}

/** For the names of attacks. */
export function namesOf(headers: readonly Header[]): string {
  return headers.length === 0 ? 'nothing' : headers.map(([name]) => name).join(' + ')
}
