import { stepIds } from './names.ts'
import type { ServiceStep } from './step.ts'

type ServiceWish = Omit<
  ServiceStep,
  'kind' | 'id' | 'leaves' | 'environment' | 'files' | 'container'
> & {
  readonly environment?: ServiceStep['environment']
  readonly leaves?: ServiceStep['leaves']
  readonly files?: Partial<ServiceStep['files']>
}

/** A process of the lab. */
export function serviceStep(wish: ServiceWish): ServiceStep {
  return {
    ...wish,
    kind: 'service',
    id: stepIds.service(wish.name),
    environment: wish.environment ?? {},
    leaves: wish.leaves ?? [],
    files: { reads: [], writes: [], named: [], ...wish.files },
  }
}
