import { randomBytes } from 'node:crypto'
import { answerMetadata } from '../nova/answer.ts'
import type { NovaMetadataConfig } from '../nova/config.ts'
import { createInstanceCache, type InstanceCache } from '../nova/instance-cache.ts'
import { foldUwsgiHeaders } from '../wsgi/headers.ts'
import { checkMembers } from './decode-config.ts'
import { HttpConnection, type HttpOptions } from './http-connection.ts'
import { formatAccess } from './http-log.ts'
import { listen } from './listener.ts'
import { openPasswordFile } from './password-file.ts'
import { type RunningDaemon, runDaemon } from './run-daemon.ts'
import type { ServiceLog } from './service-log.ts'
import { isKeptAliveByUwsgi, writeUwsgiResponse } from './uwsgi-response.ts'

/** nova-api-metadata: a thin server before `answerMetadata`. */
await runDaemon({
  name: 'nova-api-metadata',
  logName: 'nova.wsgi',
  decode: decodeConfig,
  start,
})

async function start(config: NovaMetadataConfig, log: ServiceLog): Promise<RunningDaemon> {
  const { metadata_listen: host, metadata_listen_port: port } = config
  const options = makeOptions(config, log)
  const listener = await listen({ host, port }, socket => new HttpConnection(socket, options))
  const address = listener.server.address()
  const bound = typeof address === 'object' ? address?.port : undefined
  return { address: `${host}:${bound ?? port}`, stop: graceMs => listener.stop(graceMs) }
}

function makeOptions(config: NovaMetadataConfig, log: ServiceLog): HttpOptions {
  const instances = openInstances(config)
  return {
    foldHeaders: foldUwsgiHeaders,
    requestLineLimitBytes: 65_536,
    write: writeUwsgiResponse,
    isKeptAlive: isKeptAliveByUwsgi,
    answer(request) {
      try {
        return answerMetadata(request, { config, instances, randomBytes, nowMs: Date.now() })
      } catch (error) {
        log.error('nova.metadata.wsgi.server', `${error instanceof Error ? error.stack : error}`)
        return undefined
      }
    },
    log(...line) {
      log.info('nova.metadata.wsgi.server', formatAccess(...line))
    },
  }
}

function openInstances({
  instances,
  api,
  passwordFile,
  uid,
  gid,
}: NovaMetadataConfig): InstanceCache {
  const uuids = instances.map(({ uuid }) => uuid)
  const passwords = openPasswordFile({ path: passwordFile, uid, gid, uuids })
  return createInstanceCache(instances, api.metadata_cache_expiration, passwords)
}

function decodeConfig(value: unknown): NovaMetadataConfig {
  checkMembers(value, {
    release: 'string',
    metadata_listen: 'string',
    metadata_listen_port: 'number',
    metadata_proxy_shared_secret: 'string',
    api: 'object',
    instances: 'array',
    uid: 'number',
    gid: 'number',
    pidFile: 'string',
    passwordFile: 'string',
  })
  return value as unknown as NovaMetadataConfig
}
