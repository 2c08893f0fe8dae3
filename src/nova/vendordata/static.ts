import { dumpPythonJson } from '../../wsgi/python-json.ts'
import { PythonJsonError, rewritePythonJson } from '../../wsgi/python-json-text.ts'
import type { NovaMetadataConfig } from '../config.ts'
import type { NovaLog } from '../log.ts'

/** With it nova loads no instance at all, so that every path but `/` is a 500. */
class VendordataUnreadable extends Error {
  override readonly name = 'VendordataUnreadable'
}

/**
 * Reads the file of `vendordata_jsonfile_path`, which nova does whenever it loads an instance; without one, what the
 * topology holds in its place. The text is as Python writes it again. Throws VendordataUnreadable where there is no such
 * file, it cannot be read or is not JSON. Source: nova/api/metadata/vendordata_json.py.
 */
export function openStaticVendordata(
  { vendordata, vendordata_jsonfile_path: path }: NovaMetadataConfig['api'],
  readFile: (path: string) => Uint8Array,
  log: NovaLog,
): () => string {
  if (path !== undefined && path !== '') return () => readVendordata(path, readFile, log)
  const written = dumpPythonJson(vendordata)
  return () => written
}

function readVendordata(
  path: string,
  readFile: (path: string) => Uint8Array,
  log: NovaLog,
): string {
  try {
    return rewritePythonJson(utf8.decode(readFile(path)))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    log.warning(logName, `vendordata_jsonfile_path[${path}]: ${explain(error)}`)
    throw new VendordataUnreadable(error.message, { cause: error })
  }
}

/** Bytes that are not UTF-8 are a ValueError too. */
function explain(error: Error): string {
  if (error instanceof PythonJsonError || error instanceof TypeError) return 'failed to load json'
  if ('code' in error && error.code === 'ENOENT') return 'file does not exist'
  return 'unexpected IOError when reading'
}

const logName = 'nova.api.metadata.vendordata_json'
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
