import { recordRequests } from './record-requests.ts'

/** Stands where nova would, in the network namespace that it was started in: `listen.ts HOST PORT`. Each request is a line of JSON on stdout; the first line says that it listens. */
const [host = '', port = ''] = process.argv.slice(2)
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
await recordRequests({ host, port: Number(port) }, say)
say(null)
