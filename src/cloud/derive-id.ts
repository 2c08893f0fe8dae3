import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

/** A UUID of version 5 (RFC 9562, section 5.5): the same namespace and name give the same UUID. */
export function uuid5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16)
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The namespace of names in the DNS, RFC 9562 section 6.6. */
export const dnsNamespace = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

/** Id of a resource of a lab, where the topology gives none. */
export function deriveId(lab: string, resource: string): string {
  return uuid5(labNamespace, `${lab}/${resource}`)
}

/** Id as Keystone makes them: 32 hexadecimal digits. */
export function deriveKeystoneId(lab: string, resource: string): string {
  return deriveId(lab, resource).replaceAll('-', '')
}

// uuid5 of the DNS namespace and `lab.openstack.invalid`.
const labNamespace = uuid5(dnsNamespace, 'lab.openstack.invalid')
