import type { Socket } from 'node:net'
import { answerMetadata } from '../nova/answer.ts'
import type { NovaMetadataConfig } from '../nova/config.ts'
import { createInstanceCache } from '../nova/instance-cache.ts'
import type { MetadataRequest } from '../nova/request.ts'
import type { FetchVendordata } from '../nova/vendordata/fetch.ts'
import { foldUwsgiHeaders } from '../wsgi/headers.ts'
import { checkMembers } from './decode-config.ts'
import { drawRandomBytes } from './draw-random-bytes.ts'
import { HttpConnection, type HttpOptions } from './http-connection.ts'
import { formatAccess } from './http-log.ts'
import { listen } from './listener.ts'
import { openPasswordFile, type PasswordFile } from './password-file.ts'
import { readRegularFile } from './read-regular-file.ts'
import { type RunningDaemon, runDaemon } from './run-daemon.ts'
import { readTlsOptions } from './server-tls.ts'
import type { ServiceLog } from './service-log.ts'
import { isKeptAliveByUwsgi, writeUwsgiResponse } from './uwsgi-response.ts'

/** nova-api-metadata: a thin server before `answerMetadata`. */
await runDaemon({
  name: 'nova-api-metadata',
  logName: 'nova.wsgi',
  decode: decodeConfig,
  start,
})

async function start(
  config: NovaMetadataConfig,
  log: ServiceLog,
): Promise<RunningDaemon<NovaMetadataConfig>> {
  const { metadata_listen: host, metadata_listen_port: port } = config
  const passwords = openPasswords(config)
  let context = {
    config,
    instances: createInstanceCache(config, { passwords, readFile: readRegularFile, log }),
    randomBytes: drawRandomBytes,
    log,
    fetchVendordata: await openVendordata(config),
  }
  warnWithoutSecret(config, log)
  const options = makeOptions(
    request => answerMetadata(request, { ...context, nowMs: Date.now() }),
    log,
  )
  const secure = readTlsOptions(config.wsgi, message => log.info('nova.wsgi', message))
  const serve = (socket: Socket) => new HttpConnection(socket, options)
  const listener = await listen({ host, port }, serve, secure)
  const address = listener.server.address()
  const bound = typeof address === 'object' ? address?.port : undefined
  return {
    address: `${host}:${bound ?? port}`,
    // What is cached stays so for as long as Nova would keep it.
    reload({ instances, ports, subnets }) {
      passwords.keepOnly(instances.map(({ uuid }) => uuid))
      context.instances.replace(instances)
      context = { ...context, config: { ...config, instances, ports, subnets } }
    },
    stop: graceMs => listener.stop(graceMs),
  }
}

/** Only where it is used, and before root, whose folder it may be in, is given up. */
async function openVendordata({ api }: NovaMetadataConfig): Promise<FetchVendordata> {
  if (api.vendordata_providers.includes('DynamicJSON')) {
    return (await import('./vendordata-client.ts')).fetchVendordata
  }
  return () => Promise.reject(new Error('no target is configured'))
}

function makeOptions(
  answer: (request: MetadataRequest) => ReturnType<typeof answerMetadata>,
  log: ServiceLog,
): HttpOptions {
  const serverLog = 'nova.metadata.wsgi.server'
  const logUnexpected = (error: unknown) => {
    log.error(serverLog, `${error instanceof Error ? error.stack : error}`)
    return undefined
  }
  return {
    foldHeaders: foldUwsgiHeaders,
    requestLineLimitBytes: 65_536,
    write: writeUwsgiResponse,
    isKeptAlive: isKeptAliveByUwsgi,
    invitesBody: false,
    answer(request) {
      try {
        const answered = answer(request)
        return answered instanceof Promise ? answered.catch(logUnexpected) : answered
      } catch (error) {
        return logUnexpected(error)
      }
    },
    log(...line) {
      log.info(serverLog, formatAccess(...line))
    },
  }
}

function warnWithoutSecret(config: NovaMetadataConfig, log: ServiceLog): void {
  if (!config.service_metadata_proxy || config.metadata_proxy_shared_secret !== '') return
  const reason = 'metadata_proxy_shared_secret is not configured'
  const result = 'the metadata information returned by the proxy cannot be trusted'
  log.warning('nova.api.metadata.handler', `${reason}, ${result}`)
}

function openPasswords({ instances, passwordFile, uid, gid }: NovaMetadataConfig): PasswordFile {
  const uuids = instances.map(({ uuid }) => uuid)
  return openPasswordFile({ path: passwordFile, uid, gid, uuids })
}

function decodeConfig(value: unknown): NovaMetadataConfig {
  checkMembers(value, {
    release: 'string',
    metadata_listen: 'string',
    metadata_listen_port: 'number',
    metadata_proxy_shared_secret: 'string',
    api: 'object',
    wsgi: 'object',
    ports: 'array',
    subnets: 'array',
    instances: 'array',
    uid: 'number',
    gid: 'number',
    pidFile: 'string',
    passwordFile: 'string',
  })
  return value as unknown as NovaMetadataConfig
}
