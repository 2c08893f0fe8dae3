import * as v from 'valibot'
import { canonicalAddress, formatCidr, parseAddress, parseCidr } from '../ip.ts'

/** An id as OpenStack writes it; upper case is accepted and lowered. */
export const uuid = v.pipe(
  v.string(),
  v.regex(
    /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/,
    'must be a UUID like 3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b',
  ),
  v.toLowerCase(),
)

/** Keystone's ids: 32 hexadecimal digits as a rule, up to 64 letters and digits by right. */
export const keystoneId = v.pipe(
  v.string(),
  v.regex(/^[0-9A-Za-z_-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _'),
)

export const macAddress = v.pipe(
  v.string(),
  v.regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$/, 'must be a MAC address like fa:16:3e:12:34:56'),
  v.check(
    mac => !isMulticast(mac),
    'is a multicast MAC address; the first byte of a port’s is even',
  ),
  v.check(mac => !/^[0:]+$/.test(mac), 'is all zero, which is no port’s address'),
  v.check(
    mac => !/^fe/i.test(mac),
    'begins with fe, which the bridge’s end of a port has; libvirt refuses it, too',
  ),
  v.toLowerCase(),
)

export const ipAddress = v.pipe(
  v.string(),
  v.check(text => parseAddress(text) !== undefined, 'must be an IP address like 192.168.30.10'),
  v.transform(canonicalAddress),
)

export const ipv4Address = v.pipe(
  ipAddress,
  v.check(text => parseAddress(text)?.version === 4, 'must be an IPv4 address'),
)

export const cidr = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const network = parseCidr(dataset.value)
    if (network === undefined) addIssue({ message: 'must be a CIDR like 192.168.30.0/24' })
    else if (!network.canonical) {
      addIssue({ message: `has host bits set; the network is ${formatCidr(network)}` })
    }
  }),
  v.transform(canonicalCidr),
)

export const resourceName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be 1 to 63 letters, digits, dots, - or _, and begin with a letter or digit',
  ),
)

export const hostLabel = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
    'must be a host name: 1 to 63 letters, digits or -, not beginning or ending with - (RFC 1123)',
  ),
)

export const domainName = v.pipe(
  v.string(),
  v.check(
    name =>
      name.length <= 253 &&
      name
        .replace(/\.$/, '')
        .split('.')
        .every(label => v.is(hostLabel, label)),
    'must be a domain name like example.org',
  ),
)

export const shortText = v.pipe(
  v.string(),
  v.nonEmpty('must not be empty'),
  v.maxLength(255, 'is longer than 255 characters'),
)

/** A disk's name as nova's API takes it, with or without /dev/. */
export const deviceName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9._/-]{1,255}$/, 'must be a device’s name like /dev/vdb'),
)

/** Text that a configuration file can hold as a value. */
export const oneLine = v.pipe(v.string(), v.regex(/^[^\0\r\n]*$/, 'must be one line'))

export const seconds = v.pipe(
  v.number(),
  v.integer('must be a whole number of seconds'),
  v.minValue(0, 'must not be negative'),
  v.maxValue(2 ** 31 - 1, 'is too large'),
)

/** A path on the machine; a relative one is relative to the topology's file. */
export const filePath = v.pipe(
  v.string(),
  v.nonEmpty('must not be empty'),
  v.regex(/^[^\0\r\n]*$/, 'must be one line'),
)

export const portNumber = v.pipe(
  v.number(),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be from 1 to 65535'),
  v.maxValue(65535, 'must be from 1 to 65535'),
)

function isMulticast(mac: string): boolean {
  return Number.parseInt(mac.slice(0, 2), 16) % 2 === 1
}

function canonicalCidr(text: string): string {
  const network = parseCidr(text)
  return network === undefined ? text : formatCidr(network)
}
