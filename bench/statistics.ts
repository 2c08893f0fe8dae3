export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Median, smallest and largest of at least one number. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  }
}

export interface Line {
  readonly slope: number
  readonly intercept: number
  /** Share of the variance that the line explains: 1 where all points are on it. */
  readonly r2: number
}

/** The line through points by least squares. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  const meanOf = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const meanX = meanOf(points.map(([x]) => x))
  const meanY = meanOf(points.map(([, y]) => y))
  const covariance = meanOf(points.map(([x, y]) => (x - meanX) * (y - meanY)))
  const slope = covariance / meanOf(points.map(([x]) => (x - meanX) ** 2))
  const intercept = meanY - slope * meanX
  const left = meanOf(points.map(([x, y]) => (y - intercept - slope * x) ** 2))
  return { slope, intercept, r2: 1 - left / meanOf(points.map(([, y]) => (y - meanY) ** 2)) }
}
