import { connect } from 'node:net'

/**
 * Says whether a service answers, as a health check of a container: `lab-healthcheck unix PATH`, or
 * `lab-healthcheck http|https ADDRESS PORT PATH`, where any status below 500 will do. Exit code 0 or 1, and one line.
 */
const LIMIT_MS = 5000
const [kind, ...words] = process.argv.slice(2)
const [address = '', port = '', path = ''] = words

setTimeout(() => finish(1, `no answer within ${LIMIT_MS / 1000} s`), LIMIT_MS)
if (kind === 'unix' && words.length === 1) await tryConnection(address)
else if ((kind === 'http' || kind === 'https') && words.length === 3) await tryRequest(kind)
else
  finish(1, 'usage: lab-healthcheck unix PATH | http ADDRESS PORT PATH | https ADDRESS PORT PATH')

async function tryConnection(socketPath: string): Promise<void> {
  connect(socketPath)
    .on('connect', () => finish(0, `${socketPath} is listened on`))
    .on('error', error => finish(1, error.message))
}

/** What a certificate says is for clients to judge. */
async function tryRequest(protocol: 'http' | 'https'): Promise<void> {
  const { get } = await import(`node:${protocol}`)
  const options = { host: address, port, path, rejectUnauthorized: false, agent: false }
  get(options, ({ statusCode = 0 }: { readonly statusCode?: number }) =>
    finish(
      statusCode < 500 ? 0 : 1,
      `${protocol}://${address}:${port}${path} answers ${statusCode}`,
    ),
  ).on('error', (error: Error) => finish(1, error.message))
}

function finish(exitCode: number, line: string): void {
  process.stdout.write(`${line}\n`)
  process.exit(exitCode)
}
