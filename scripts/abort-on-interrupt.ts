import process from 'node:process'

/**
 * Aborted by the first signal that asks this process to end, which is then to end by itself; a later one ends it at
 * once. `timeout` and make send theirs twice, so what comes within a second is still the first.
 */
export function abortOnInterrupt(): AbortSignal {
  const interrupted = new AbortController()
  let firstMs = 0
  for (const [signal, code] of SIGNALS) {
    process.on(signal, () => {
      if (firstMs !== 0 && Date.now() - firstMs > SAME_MS) process.exit(code)
      firstMs ||= Date.now()
      process.exitCode = code
      interrupted.abort(new Error(signal))
    })
  }
  return interrupted.signal
}

const SIGNALS = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const
const SAME_MS = 1000
