import process from 'node:process'

export function isRoot(): boolean {
  return process.geteuid?.() === 0
}
