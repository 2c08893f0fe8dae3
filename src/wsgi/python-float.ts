/**
 * A float as Python's `repr` and so `json.dumps` write it: the shortest digits that read back the same, `1.0` where
 * JavaScript says `1`, an exponent of two digits below 1e-4 and from 1e16 on.
 */
export function writePythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity'
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 16) return writeFixed(mantissa, power)
  const sign = power < 0 ? '-' : '+'
  return `${mantissa}e${sign}${String(Math.abs(power)).padStart(2, '0')}`
}

function writeFixed(mantissa: string, power: number): string {
  const [, sign = '', digits = ''] = /^(-?)(.*)$/.exec(mantissa.replace('.', '')) ?? []
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`
  const padded = digits.padEnd(power + 2, '0')
  return `${sign}${padded.slice(0, power + 1)}.${padded.slice(power + 1)}`
}
