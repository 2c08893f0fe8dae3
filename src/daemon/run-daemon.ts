import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { type ConfigFile, ConfigFileGone, openConfigFile } from './config-file.ts'
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
  readonly config?: ConfigFile
  decode(value: unknown): Config
  /** Binds and begins to serve; still root when it was started as root. */
  start(config: Config, log: ServiceLog): Promise<RunningDaemon<Config>>
}

export interface RunningDaemon<Config = never> {
  /** What is listened on, for the log. */
  readonly address: string
  /** Takes from a new configuration what others would ask their servers for; requests at hand go on as they began. */
  reload?(config: Config): void
  stop(graceMs: number): Promise<void>
}

/**
 * Runs a service: its configuration is read and the socket bound as root, then root is given up, and the pid file
 * says that it is ready. SIGTERM and SIGINT end it with exit code 0; what keeps it from starting is one line on
 * stderr and exit code 1. On SIGHUP one that can do so reads its configuration again, and says so by its pid file.
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
  const file = daemon.config ?? openGivenConfig()
  const config = daemon.decode(file.read())
  if (daemon.nameOf !== undefined) process.title = daemon.nameOf(config)
  const log = openServiceLog(config.logFile)
  const running = await daemon.start(config, log)
  try {
    settle({ daemon, file, config, running, log })
  } catch (error) {
    await running.stop(0)
    throw error
  }
}

interface Started<Config extends ProcessConfig> {
  readonly daemon: Daemon<Config>
  readonly file: ConfigFile
  readonly config: Config
  readonly running: RunningDaemon<Config>
  readonly log: ServiceLog
}

/** From here on unprivileged, and ready. */
function settle<Config extends ProcessConfig>(started: Started<Config>): void {
  const { daemon, config, running, log } = started
  const pidFile = openPidFile(config.pidFile, config.uid, config.gid)
  // Node writes its cache on exit, when root, whose folder it is, is long gone.
  flushCompileCache()
  dropRoot(config.uid, config.gid)
  const stop = (reason: string) => {
    log.info(daemon.logName, `${reason}, stopping`)
    void running.stop(stopGraceMs).then(() => log.flush())
  }
  process.once('SIGTERM', () => stop('Caught SIGTERM'))
  process.once('SIGINT', () => stop('Caught SIGINT'))
  if (running.reload !== undefined)
    process.on('SIGHUP', () => {
      const outcome = reload(started)
      if (outcome === 'read') pidFile.write()
      // Whoever started it starts it again, with what stands there now.
      else if (outcome === 'gone') stop('Its configuration was replaced')
    })
  pidFile.write()
  log.info(daemon.logName, `(${process.pid}) serving on ${running.address}`)
}

/** With a configuration that it cannot read it goes on as before, and does not say that it has. */
function reload<Config extends ProcessConfig>(
  started: Started<Config>,
): 'read' | 'unreadable' | 'gone' {
  const { daemon, file, running, log } = started
  try {
    running.reload?.(daemon.decode(file.read()))
    log.info(daemon.logName, 'Caught SIGHUP, the configuration was read again')
    return 'read'
  } catch (error) {
    if (error instanceof ConfigFileGone) return 'gone'
    log.error(daemon.logName, `Caught SIGHUP, the configuration cannot be read: ${error}`)
    return 'unreadable'
  }
}

function openGivenConfig(): ConfigFile {
  const { values } = parseArgs({ options: { config: { type: 'string' } } })
  if (values.config === undefined) throw new Error('--config FILE is missing')
  return openConfigFile(values.config)
}

const stopGraceMs = 2000
