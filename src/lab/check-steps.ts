import { readNamespace } from '../linux/read-ip.ts'
import { ipDifferences } from '../plan/ip-differences.ts'
import type { IpStep, RulesStep, Step } from '../plan/step.ts'
import { compareRules } from './compare-rules.ts'
import { LabError } from './lab-error.ts'

/** Reads back what was set in a namespace: devices, addresses and routes at once, rules by table set. Throws LabError. */
export async function checkSteps(steps: readonly Step[]): Promise<void> {
  const [ip] = steps.filter(step => step.kind === 'ip')
  const rules = steps.filter(step => step.kind === 'rules')
  await Promise.all([...(ip === undefined ? [] : [checkIp(ip, steps)]), ...rules.map(checkRules)])
}

async function checkIp({ namespace }: IpStep, steps: readonly Step[]): Promise<void> {
  const { links, routes } = await readNamespace(namespace, steps)
  const differences = steps.flatMap(step =>
    step.kind === 'ip' ? ipDifferences(step.expects, links, routes) : [],
  )
  if (differences.length > 0)
    throw new LabError(
      `In ${namespace} the kernel does not show what was set: ${differences.join('; ')}`,
    )
}

async function checkRules(step: RulesStep): Promise<void> {
  const differences = await compareRules(step)
  if (differences.length > 0)
    throw new LabError(`The rules of ${step.namespace} did not take: ${differences.join('; ')}`)
}
