import { openSync } from 'node:fs'
import { keepWithin, type RotatingFile } from './rotating-file.ts'

/** Lines as oslo.log writes them, local time: `2026-11-22 13:00:00.123 4242 INFO name [-] text`. */
export interface ServiceLog {
  info(name: string, text: string): void
  warning(name: string, text: string): void
  error(name: string, text: string): void
  /** Writes what is still held back. */
  flush(): void
}

/**
 * Logs to a file, opened while root is still there to do it, or else to stdout. A line goes out with its turn of the
 * event loop; under load many go out together, forty times a second, and what still waits goes when the process ends.
 * Of a file `limitBytes` are kept, and as many before them in `<path>.1`. What cannot be written is dropped, since a
 * full disk under the log must not stop the service.
 */
export function openServiceLog(path?: string, limitBytes = 10 * 1024 * 1024): ServiceLog {
  const file = keepWithin(limitBytes, path === undefined ? stdout : openSync(path, 'a', 0o600))
  let pending = ''
  let flushedMs = Number.NEGATIVE_INFINITY
  const flush = () => {
    if (pending === '') return
    const lines = Buffer.from(pending)
    pending = ''
    flushedMs = performance.now()
    writeOrDrop(file, lines)
  }
  const plan = () => {
    const waitMs = flushedMs + pauseMs - performance.now()
    if (waitMs > 0) setTimeout(flush, waitMs)
    else setImmediate(flush)
  }
  const write = (level: string, name: string, text: string) => {
    if (pending === '') plan()
    const line = `${formatTime(new Date())} ${pid} ${level} ${name} [-] ${text}`
    // A guest's bytes must not steer the terminal of who reads the log.
    pending += `${printable.test(line) ? line : line.replace(/(?!\n)\p{Cc}/gu, '?')}\n`
    if (pending.length > pendingLimit) flush()
  }
  process.once('exit', flush)
  return {
    info: (name, text) => write('INFO', name, text),
    warning: (name, text) => write('WARNING', name, text),
    error: (name, text) => write('ERROR', name, text),
    flush,
  }
}

/** Not through process.stdout, which is closed for good by its first error. */
function writeOrDrop(file: RotatingFile, lines: Buffer): void {
  try {
    file.append(lines)
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
const pauseMs = 25
const pendingLimit = 16 * 1024
const printable = /^[ -~]*$/
/** Asking process for it is a call into the kernel. */
const { pid } = process

let toldSecond = Number.NaN
let toldText = ''
