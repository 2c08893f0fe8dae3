import * as v from 'valibot'
import { parseAddress } from '../ip.ts'
import { describe } from './describe.ts'
import { domainName, filePath, oneLine, portNumber } from './words.ts'

/** A name, or an address with or without brackets, which it loses. */
const hostAddress = v.pipe(
  v.string(),
  v.transform(text => text.replace(/^\[(.*:.*)\]$/, '$1')),
  v.check(
    text => parseAddress(text) !== undefined || isName(text),
    'must be an IP address or a host name like nova.example.org',
  ),
)

/** What only digits and dots make up would be an address. */
function isName(text: string): boolean {
  return v.is(domainName, text) && !/^[\d.]+$/.test(text)
}

/** As haproxy's configuration can hold it, and the kernel (unix(7)); a relative one must still fit when it is resolved. */
export const socketPath = v.pipe(
  filePath,
  v.regex(/^[\w./@:+,=-]+$/, 'must be a path without spaces, quotes and the like'),
  v.maxBytes(107, 'is longer than the 107 bytes that a socket’s path may have'),
)

/** metadata_agent.ini. */
export const metadataAgent = v.strictObject({
  metadata_proxy_shared_secret: v.exactOptional(
    describe(
      'Shared secret',
      'What the agent signs instance ids with and nova-api-metadata checks; made at random for each lab when left out.',
      oneLine,
    ),
  ),
  metadata_proxy_socket: v.exactOptional(
    describe(
      'Socket of an agent elsewhere',
      'UNIX socket of a neutron-metadata-agent that is not the lab’s: the lab starts none, and no nova-api-metadata. Relative to this file.',
      socketPath,
    ),
  ),
  nova_metadata_host: v.exactOptional(
    describe(
      'Host of nova-api-metadata',
      'Address or name of a nova-api-metadata that is not the lab’s: the lab starts none, and its agent runs in the machine’s own network. The secret must be set, too.',
      hostAddress,
    ),
  ),
  nova_metadata_port: v.exactOptional(
    describe('Port of nova-api-metadata', 'TCP port; 8775 when left out.', portNumber),
  ),
  nova_metadata_protocol: v.optional(
    describe(
      'Protocol of nova-api-metadata',
      'With https the lab makes an authority and a certificate for its nova, unless nova.wsgi names one.',
      v.picklist(['http', 'https'], 'must be http or https'),
    ),
    'http',
  ),
  nova_metadata_insecure: v.optional(
    describe('Trust any nova', 'Nova’s certificate is not checked.', v.boolean()),
    false,
  ),
  auth_ca_cert: v.exactOptional(
    describe(
      'Authority of nova’s certificate',
      'PEM file, relative to this one; the lab’s own authority where it makes the certificate, else the machine’s.',
      filePath,
    ),
  ),
  nova_client_cert: v.exactOptional(
    describe(
      'Certificate of the agent',
      'PEM file, relative to this one, for a nova that asks for one.',
      filePath,
    ),
  ),
  nova_client_priv_key: v.exactOptional(
    describe('Key of the agent’s certificate', 'PEM file, relative to this one.', filePath),
  ),
})
