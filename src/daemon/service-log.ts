import { openSync, writeSync } from 'node:fs'

/** Lines as oslo.log writes them, local time: `2026-11-22 13:00:00.123 4242 INFO name [-] text`. */
export interface ServiceLog {
  info(name: string, text: string): void
  warning(name: string, text: string): void
  error(name: string, text: string): void
  /** Writes what is still held back. */
  flush(): void
}

/**
 * Logs to a file, opened while root is still there to do it, or else to stdout; the lines of one turn of the event loop
 * go out together. What cannot be written is dropped, since a full disk under the log must not stop the service.
 */
export function openServiceLog(path?: string): ServiceLog {
  const file = path === undefined ? stdout : openSync(path, 'a', 0o600)
  let pending = ''
  const flush = () => {
    if (pending === '') return
    writeOrDrop(file, Buffer.from(pending))
    pending = ''
  }
  const write = (level: string, name: string, text: string) => {
    if (pending === '') setImmediate(flush)
    const line = `${formatTime(new Date())} ${process.pid} ${level} ${name} [-] ${text}`
    // A guest's bytes must not steer the terminal of who reads the log.
    pending += `${line.replace(/(?!\n)\p{Cc}/gu, '?')}\n`
  }
  return {
    info: (name, text) => write('INFO', name, text),
    warning: (name, text) => write('WARNING', name, text),
    error: (name, text) => write('ERROR', name, text),
    flush,
  }
}

/** Not through process.stdout, which is closed for good by its first error. */
function writeOrDrop(file: number, lines: Buffer): void {
  try {
    for (let written = 0; written < lines.length; ) written += writeSync(file, lines, written)
  } catch {
    // There is no other place to tell it, and the next lines may find room again.
  }
}

function formatTime(time: Date): string {
  const second = Math.floor(time.getTime() / 1000)
  if (second !== toldSecond) {
    toldSecond = second
    const [year, ...parts] = [time.getFullYear(), time.getMonth() + 1, time.getDate()]
    const clock = [time.getHours(), time.getMinutes(), time.getSeconds()]
    toldText = `${[year, ...parts.map(pad)].join('-')} ${clock.map(pad).join(':')}`
  }
  return `${toldText}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}

const stdout = 1

let toldSecond = Number.NaN
let toldText = ''
