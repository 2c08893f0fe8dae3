import { trimBlanks } from './blanks.ts'

/**
 * Which of the offers an `Accept` header likes best, as WebOb 1.8 decides: undefined when it likes none, the first
 * offer when it cannot be parsed. Equal qualities fall to the earlier offer.
 */
export function chooseOffer<Offer extends string>(
  accept: string,
  offers: readonly Offer[],
): Offer | undefined {
  const ranges = parseRanges(accept)
  if (ranges === undefined) return offers[0]
  let best: { offer: Offer; quality: number } | undefined
  for (const offer of offers) {
    const quality = findQuality(ranges, offer)
    if (quality > (best?.quality ?? 0)) best = { offer, quality }
  }
  return best?.offer
}

interface MediaRange {
  readonly type: string
  readonly hasParameters: boolean
  readonly quality: number
}

/**
 * As WebOb reads RFC 7230's `#element`: commas may stand anywhere, but one in front needs another behind it before the
 * first element, and there are no blanks around the whole, which eventlet takes away and uwsgi leaves at the end.
 */
function parseRanges(accept: string): MediaRange[] | undefined {
  const [first = '', second = '', ...others] = splitElements(accept)
  const isList = accept === trimBlanks(accept) && (first !== '' || second === '')
  if (!isList) return undefined
  const elements = [first, second, ...others].filter(element => element !== '')
  return elements.every(element => mediaRange.test(element)) ? elements.map(parseRange) : undefined
}

/** At the commas outside quotes, in one walk: a guest chooses the header, and the agent has one thread for all. */
function splitElements(accept: string): string[] {
  const elements: string[] = []
  let start = 0
  let isQuoted = false
  for (let index = 0; index < accept.length; index++) {
    const character = accept[index]
    if (character === '"') isQuoted = !isQuoted
    else if (isQuoted && character === '\\') index++
    else if (!isQuoted && character === ',') {
      elements.push(trimBlanks(accept, start, index))
      start = index + 1
    }
  }
  return [...elements, trimBlanks(accept, start, accept.length)]
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map(part => part.trim())
  const weight = parameters.findIndex(parameter => /^q=/i.test(parameter))
  const quality = weight < 0 ? 1 : Number(parameters[weight]?.slice(2))
  return { type: type.toLowerCase(), hasParameters: weight !== 0 && parameters.length > 0, quality }
}

/** The most specific range that covers the offer decides; our offers have no parameters. */
function findQuality(ranges: readonly MediaRange[], offer: string): number {
  const usable = ranges.filter(range => !range.hasParameters)
  for (const type of [offer, `${offer.split('/')[0]}/*`, '*/*']) {
    const range = usable.find(candidate => candidate.type === type)
    if (range !== undefined) return range.quality
  }
  return 0
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const quoted =
  '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*"'
const weight = '[qQ]=(?:0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)'
const parameter = `(?![qQ]=)${token}=(?:${token}|${quoted})`
const extension = `${token}(?:=(?:${token}|${quoted}))?`
const range =
  `${token}/${token}(?:[ \\t]*;[ \\t]*${parameter})*` +
  `(?:[ \\t]*;[ \\t]*${weight}(?:[ \\t]*;[ \\t]*${extension})*)?`
const mediaRange = new RegExp(`^${range}$`)
