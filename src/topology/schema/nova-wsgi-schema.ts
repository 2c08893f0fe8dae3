import * as v from 'valibot'
import { describe } from './describe.ts'
import { filePath } from './words.ts'

/** nova.conf [wsgi], as far as nova-api-metadata reads it. */
export const novaWsgi = v.strictObject({
  ssl_cert_file: v.exactOptional(
    describe(
      'Certificate',
      'PEM file, relative to this one; with it nova-api-metadata speaks TLS.',
      filePath,
    ),
  ),
  ssl_key_file: v.exactOptional(
    describe('Key of the certificate', 'PEM file, relative to this one.', filePath),
  ),
  ssl_ca_file: v.exactOptional(
    describe(
      'Authority of clients',
      'PEM file, relative to this one; with it nova-api-metadata asks for a certificate.',
      filePath,
    ),
  ),
})
