import type { ContainerCreateOptions } from 'dockerode'
import {
  HEALTHCHECK_TIMES,
  LOG_OPTIONS,
  RESTART_POLICY,
  SECURITY_OPTIONS,
  STOP_TIMEOUT_SECONDS,
} from '../../plan/docker-run.ts'
import { quoteCommand } from '../../plan/shell-quote.ts'
import type { Container } from '../../plan/step.ts'

/** The body of `POST /containers/create` (Docker's API 1.41) that means what `dockerRun` prints. */
export function containerOptions(container: Container): ContainerCreateOptions {
  const { name, image, network, limits, healthcheck } = container
  return {
    name,
    Image: image,
    Cmd: [...container.command],
    Env: Object.entries(container.environment).map(([key, value]) => `${key}=${value}`),
    Labels: { ...container.labels },
    User: '0:0',
    WorkingDir: '/',
    StopTimeout: STOP_TIMEOUT_SECONDS,
    ...(healthcheck === null ? {} : { Healthcheck: healthcheckOf(healthcheck) }),
    HostConfig: {
      NetworkMode: network,
      PidMode: 'host',
      UsernsMode: 'host',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: [...container.capabilities],
      SecurityOpt: [...SECURITY_OPTIONS],
      Ulimits: Object.entries(limits).map(([Name, Soft]) => ({ Name, Soft, Hard: Soft })),
      Mounts: container.mounts.map(({ path, readOnly }) => ({
        Type: 'bind',
        Source: path,
        Target: path,
        ReadOnly: readOnly,
      })),
      RestartPolicy: { Name: RESTART_POLICY },
      LogConfig: { Type: 'json-file', Config: { ...LOG_OPTIONS } },
    },
  }
}

function healthcheckOf(
  words: readonly string[],
): NonNullable<ContainerCreateOptions['Healthcheck']> {
  const { intervalSeconds, timeoutSeconds, startPeriodSeconds, retries } = HEALTHCHECK_TIMES
  return {
    Test: ['CMD-SHELL', quoteCommand(words)],
    Interval: intervalSeconds * NANOSECONDS,
    Timeout: timeoutSeconds * NANOSECONDS,
    StartPeriod: startPeriodSeconds * NANOSECONDS,
    Retries: retries,
  }
}

const NANOSECONDS = 1_000_000_000
