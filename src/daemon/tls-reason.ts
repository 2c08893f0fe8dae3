/**
 * What went wrong on a connection, in one line: OpenSSL's reason alone where it has said something, without the place
 * in its sources, and without Node.js's advice on options that nobody can give a service.
 */
export function reasonOf({ message }: Error): string {
  const ofOpenssl = /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/.exec(message)?.[1]
  return ofOpenssl ?? message.replace(/; if the root CA is installed locally,.*/, '')
}
