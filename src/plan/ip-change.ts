import type { IpStep } from './step.ts'

/**
 * Whether what a step has set can become what another sets without taking all of it away: every line that goes has a
 * line of its own that takes it back, and no link comes, goes or changes but for its MTU.
 */
export function canChangeInPlace(before: IpStep, after: IpStep): boolean {
  const gone = missingFrom(before.lines, after.lines).filter(line => !isLinkAdd(line))
  const withdrawn = missingFrom(before.removeLines, after.removeLines)
  return (
    before.namespace === after.namespace &&
    JSON.stringify(linksOf(before)) === JSON.stringify(linksOf(after)) &&
    gone.length === withdrawn.length
  )
}

/** Whether its lines put it right where something of it is missing. */
export function canBePutRight({ lines }: IpStep): boolean {
  return lines.every(line => line.startsWith('address add ') || isRepeatableLine(line))
}

/** Whether all of its lines can be run again as they are, whatever became of what it stands on. */
export function isRepeatable({ lines }: IpStep): boolean {
  return lines.every(isRepeatableLine)
}

function isRepeatableLine(line: string): boolean {
  return /^(link set|route replace) /.test(line) && !line.includes(' netns ')
}

/** Its links as they are added, but for what their MTU is; one that has none set has Linux's own. */
function linksOf({ lines }: IpStep): string[] {
  return lines.filter(isLinkAdd).map(line => line.replaceAll(/ mtu \d+/g, ' mtu'))
}

function isLinkAdd(line: string): boolean {
  return line.startsWith('link add ')
}

/** The step that has the lines to take back, before `changeLines` are run; null where there are none. */
export function withdrawnLines(before: IpStep, after: IpStep): IpStep | null {
  const removeLines = missingFrom(before.removeLines, after.removeLines)
  return removeLines.length === 0 ? null : { ...before, lines: [], removeLines, expects: {} }
}

/**
 * What makes a step stand where the one before did: what is new, and the rest once more, since the kernel takes routes
 * away with an address, and addresses with the first of their subnet. Nothing happens to what is there already.
 */
export function changeLines(before: IpStep, after: IpStep): string[] {
  return after.lines.flatMap(line => {
    if (isLinkAdd(line)) return before.lines.includes(line) ? [] : mtuLines(line)
    if (line.startsWith('address add ')) return [line.replace('address add', 'address replace')]
    return isRepeatableLine(line) || !before.lines.includes(line) ? [line] : []
  })
}

/** A veth's other end is set in its own namespace, to which the batch forks. */
function mtuLines(linkAdd: string): string[] {
  const [, , name = ''] = linkAdd.split(' ')
  const [, mtu = ''] = / mtu (\d+)/.exec(linkAdd) ?? []
  const [, peer, namespace] = / peer name (\S+) .*netns (\S+)/.exec(linkAdd) ?? []
  const own = `link set ${name} mtu ${mtu}`
  return peer === undefined
    ? [own]
    : [own, `netns exec ${namespace} ip link set ${peer} mtu ${mtu}`]
}

function missingFrom(lines: readonly string[], others: readonly string[]): string[] {
  return lines.filter(line => !others.includes(line))
}
