import type { NovaContext } from '../context.ts'
import { HttpFailure } from '../failure.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import { hasAddress } from '../neutron-view.ts'
import type { MetadataRequest } from '../request.ts'
import { tryLoading, warnOfMissingMapping } from './load-instance.ts'
import { readRemoteAddress } from './remote-address.ts'
import { handlerLog } from './throw-on-forgery.ts'

/**
 * The instance behind the address that a request comes from, whatever the network. Throws a 404 where no port with a
 * device has it or the device is no instance, a 500 where several have it. No project is compared.
 */
export function identifyByAddress(request: MetadataRequest, context: NovaContext): LoadedInstance {
  const { config, instances, nowMs, log } = context
  if (request.headers.get('x-instance-id')) log.warning(handlerLog, ignoredHeader)
  const address = readRemoteAddress(request, config)
  const loaded = tryLoading(`IP ${address}`, log, () =>
    instances.find(`IP ${address}`, address, nowMs, () => findDevice(address, context)),
  )
  if (loaded !== undefined) return loaded
  log.error(handlerLog, `Failed to get metadata for IP ${address}: no metadata`)
  throw new HttpFailure(404)
}

/** Of the one port with the address; undefined where there is none. Throws where there are several. */
function findDevice(address: string, { config, instances, log }: NovaContext): string | undefined {
  if (address === '') throw new Error('Fixed IP not found for address .')
  const ports = config.ports.filter(port => port.device_id !== '' && hasAddress(port, address))
  if (ports.length > 1) {
    throw new Error(`More than one instance is associated with fixed IP address '${address}'.`)
  }
  const [port] = ports
  if (port === undefined) return undefined
  const { device_id } = port
  log.info(baseLog, `Fixed IP ${address} translates to instance UUID ${device_id}`)
  if (!instances.has(device_id)) warnOfMissingMapping(device_id, log)
  return device_id
}

const ignoredHeader =
  "X-Instance-ID present in request headers. The 'service_metadata_proxy' option must be enabled to process this header."
const baseLog = 'nova.api.metadata.base'
