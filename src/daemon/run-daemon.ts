import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { dropRoot } from './drop-root.ts'
import { openPidFile } from './pid-file.ts'
import { openServiceLog, type ServiceLog } from './service-log.ts'

/** What every service's configuration says of the process. */
export interface ProcessConfig {
  readonly uid: number
  readonly gid: number
  readonly pidFile: string
  /** Where it logs; stdout unless told. */
  readonly logFile?: string
}

export interface Daemon<Config extends ProcessConfig> {
  /** The operator's name; also the process title unless told. */
  readonly name: string
  readonly title?: string
  /** Where its configuration says under which of several names it runs. */
  nameOf?(config: Config): string
  /** Name under which it logs. */
  readonly logName: string
  /** Where the configuration comes from; the file of `--config` unless told. */
  readConfig?(): unknown
  decode(value: unknown): Config
  /** Binds and begins to serve; still root when it was started as root. */
  start(config: Config, log: ServiceLog): Promise<RunningDaemon>
}

export interface RunningDaemon {
  /** What is listened on, for the log. */
  readonly address: string
  stop(graceMs: number): Promise<void>
}

/**
 * Runs a service: its configuration is read and the socket bound as root, then root is given up, and the pid file
 * says that it is ready. SIGTERM and SIGINT end it with exit code 0; what keeps it from starting is one line on
 * stderr and exit code 1.
 */
export async function runDaemon<Config extends ProcessConfig>(
  daemon: Daemon<Config>,
): Promise<void> {
  process.title = daemon.title ?? daemon.name
  try {
    await start(daemon)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const detail = process.env.LAB_DEBUG && error instanceof Error ? error.stack : reason
    process.stderr.write(`${daemon.name} cannot start: ${detail}\n`)
    process.exitCode = 1
  }
}

async function start<Config extends ProcessConfig>(daemon: Daemon<Config>): Promise<void> {
  const config = daemon.decode((daemon.readConfig ?? readConfigFile)())
  if (daemon.nameOf !== undefined) process.title = daemon.nameOf(config)
  const log = openServiceLog(config.logFile)
  const running = await daemon.start(config, log)
  try {
    settle(daemon, config, running, log)
  } catch (error) {
    await running.stop(0)
    throw error
  }
}

/** From here on unprivileged, and ready. */
function settle<Config extends ProcessConfig>(
  daemon: Daemon<Config>,
  config: Config,
  running: RunningDaemon,
  log: ServiceLog,
): void {
  const pidFile = openPidFile(config.pidFile, config.uid, config.gid)
  // Node writes its cache on exit, when root, whose folder it is, is long gone.
  flushCompileCache()
  dropRoot(config.uid, config.gid)
  const stop = (signal: string) => {
    log.info(daemon.logName, `Caught ${signal}, stopping`)
    void running.stop(stopGraceMs).then(() => log.flush())
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  pidFile.write()
  log.info(daemon.logName, `(${process.pid}) serving on ${running.address}`)
}

function readConfigFile(): unknown {
  const { values } = parseArgs({ options: { config: { type: 'string' } } })
  if (values.config === undefined) throw new Error('--config FILE is missing')
  return JSON.parse(readFileSync(values.config, 'utf8'))
}

const stopGraceMs = 2000
