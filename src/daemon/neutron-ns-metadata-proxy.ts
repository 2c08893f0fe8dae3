import { readNsMetadataProxyOptions } from './ns-metadata-proxy-options.ts'
import { serveNsMetadataProxy } from './ns-metadata-proxy-server.ts'
import { runDaemon } from './run-daemon.ts'

/** neutron-ns-metadata-proxy, which Neutron had from Grizzly to Ocata in haproxy's place; known by its command line. */
const args = process.argv.slice(2)
const name = 'neutron-ns-metadata-proxy'
await runDaemon({
  name,
  title: [name, ...args].join(' '),
  logName: 'neutron.wsgi',
  config: { read: () => undefined },
  decode: () => readNsMetadataProxyOptions(args),
  start: serveNsMetadataProxy,
})
