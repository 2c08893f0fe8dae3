import { lstatSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { execa } from 'execa'
import { projectRoot } from '../../src/linux/gather-facts.ts'

async function inPrefix(use: (prefix: string, link: string) => Promise<void>): Promise<void> {
  const prefix = mkdtempSync(join(tmpdir(), 'lab prefix-'))
  try {
    await use(prefix, join(prefix, 'bin/lab'))
  } finally {
    rmSync(prefix, { recursive: true })
  }
}

function act(action: 'install' | 'uninstall', link: string) {
  const script = join(projectRoot, 'scripts/link.sh')
  return execa('sh', [script, action, join(projectRoot, 'lab'), link], { reject: false })
}

test('install makes a link to the launcher, and may be repeated', t =>
  inPrefix(async (_, link) => {
    t.is((await act('install', link)).exitCode, 0)
    t.is(readlinkSync(link), join(projectRoot, 'lab'))
    t.is((await act('install', link)).exitCode, 0)
  }))

test('uninstall removes the link, and may be repeated', t =>
  inPrefix(async (_, link) => {
    await act('install', link)
    t.is((await act('uninstall', link)).exitCode, 0)
    t.is(lstatSync(link, { throwIfNoEntry: false }), undefined)
    t.is((await act('uninstall', link)).exitCode, 0)
  }))

const stays = test.macro((t, action: 'install' | 'uninstall', make: (link: string) => void) =>
  inPrefix(async prefix => {
    const link = join(prefix, 'lab')
    make(link)
    const before = lstatSync(link).ino
    const { exitCode, stderr } = await act(action, link)
    t.is(exitCode, 1)
    t.regex(stderr, /is not a link to .*; it stays as it is/)
    t.is(lstatSync(link).ino, before)
  }),
)

const makeProgram = (link: string) => writeFileSync(link, '#!/bin/sh\n')
const makeLink = (link: string) => symlinkSync('/opt/other/lab', link)
test("install leaves somebody else's program", stays, 'install', makeProgram)
test("install leaves somebody else's link", stays, 'install', makeLink)
test("uninstall leaves somebody else's program", stays, 'uninstall', makeProgram)
test("uninstall leaves somebody else's link", stays, 'uninstall', makeLink)
