import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/**
 * The bytes of a file that the service's user may read. Throws for what is no file, such as a pipe without a writer,
 * for which the service would wait for ever, and for more than 16 MiB.
 */
export function readRegularFile(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const there = fstatSync(file)
    if (!there.isFile()) throw new Error(`${path} is no file`)
    if (there.size > sizeLimitBytes)
      throw new Error(`${path} has more than ${sizeLimitBytes} bytes`)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

const sizeLimitBytes = 16 * 1024 * 1024
