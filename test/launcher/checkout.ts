import {
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { projectRoot } from '../../src/linux/gather-facts.ts'

/** A copy of what the launcher needs of the project, with a command line that only tells how it was started. */
export interface Checkout extends Disposable {
  /** A folder of its own, in which `root` and `bin` stand. */
  readonly folder: string
  readonly root: string
  readonly launcher: string
  /** Goes first into PATH: its `npm` is `fakeNpm`. */
  readonly bin: string
}

export function makeCheckout({
  name = 'checkout',
  npm = fakeNpm,
  /** For tests in which another user runs it, who may not reach the project's folder. */
  copiesNode = false,
} = {}): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'lab-launcher-'))
  chmodSync(folder, 0o755)
  const root = join(folder, name)
  const bin = join(folder, 'bin')
  for (const path of [
    'lab',
    'Makefile',
    'scripts',
    'package.json',
    'package-lock.json',
    '.npmrc',
  ]) {
    cpSync(join(projectRoot, path), join(root, path), { recursive: true })
  }
  mkdirSync(join(root, 'src/cli'), { recursive: true })
  writeFileSync(join(root, 'src/cli/main.ts'), TELL_HOW_STARTED)
  mkdirSync(bin)
  writeFileSync(join(bin, 'npm'), npm, { mode: 0o755 })
  const node = join(bin, 'node')
  if (copiesNode) copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE)
  else symlinkSync(process.execPath, node)
  return {
    folder,
    root,
    launcher: join(root, 'lab'),
    bin,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const TELL_HOW_STARTED = `
const { argv, env, execPath } = process
console.log(JSON.stringify({ args: argv.slice(2), env, execPath, umask: process.umask() }))
`

/** Brings a Node.js and the file that npm writes last, and notes each run with its user in \`npm-runs\`. */
export const fakeNpm = `#!/bin/sh
echo "$(id -u) $*" >>npm-runs
rm -rf node_modules
mkdir -p node_modules/node-linux-${process.arch}/bin
ln -s "$(command -v node)" node_modules/node-linux-${process.arch}/bin/node
echo {} >node_modules/.package-lock.json
echo 'added 1 package'
`
