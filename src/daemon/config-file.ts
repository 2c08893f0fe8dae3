import { fstatSync, openSync, readSync } from 'node:fs'

/** A configuration that stays open, to be read again when the right to open it is long given up. */
export interface ConfigFile {
  /** What is in it now. Throws ConfigFileGone, or where it is no JSON. */
  read(): unknown
}

/** Another file stands in its place, or none: only a new start can read that. */
export class ConfigFileGone extends Error {
  override readonly name = 'ConfigFileGone'
}

/** Opens a file of JSON while root is still there to do so; who changes it writes it over. Throws as the file system does. */
export function openConfigFile(path: string): ConfigFile {
  const file = openSync(path, 'r')
  return {
    read() {
      const { size, nlink } = fstatSync(file)
      if (nlink === 0) throw new ConfigFileGone(`${path} is not the file any more that was opened`)
      const bytes = Buffer.alloc(size)
      for (let done = 0; done < size; ) {
        const count = readSync(file, bytes, done, size - done, done)
        if (count === 0) break
        done += count
      }
      return JSON.parse(bytes.toString())
    },
  }
}
