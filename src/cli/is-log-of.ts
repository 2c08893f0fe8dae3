/**
 * Whether a log file is of a service: by its kind (`haproxy`), by what it is for (`haproxy-<network id>`), or by its own name,
 * with the host where there are several (`neutron-metadata-agent@network1`); the older part of a log, too.
 */
export function isLogOf(file: string, service: string): boolean {
  return ['.log', '-', '@'].some(end => file.startsWith(`${service}${end}`))
}
