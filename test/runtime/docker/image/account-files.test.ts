import test from 'ava'
import { accountFiles } from '../../../../src/runtime/docker/image/account-files.ts'

const tables: Readonly<Record<string, string>> = {
  '/etc/passwd': [
    'root:x:0:0:root:/root:/bin/bash',
    'alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    'neutron:$1$old$hash:64150:64150::/var/lib/neutron:/bin/false',
    'neutronic:x:1001:1001::/:/bin/sh',
    '',
  ].join('\n'),
  '/etc/group':
    'root:x:0:\ndip:$1$old$hash:30:alice\nsudo:x:27:alice\nnogroup:x:65534:\nneutron:x:64150:\n',
}

function textOf(path: string, read?: (path: string) => string | null): string {
  const entry = accountFiles(read).find(file => file.path === path)
  return entry?.kind === 'text' ? entry.text : ''
}

test('the image knows the users and groups of services by the ids of this machine, and nobody else or their secrets', t => {
  const read = (path: string) => tables[path] ?? null
  t.deepEqual(
    textOf('/etc/passwd', read)
      .split('\n')
      .map(line => line.split(':').slice(0, 4).join(':')),
    ['root:x:0:0', 'nobody:x:65534:65534', 'neutron:x:64150:64150', ''],
  )
  t.is(textOf('/etc/group', read), 'root:x:0:\nnogroup:x:65534:\nneutron:x:64150:\ndip:x:30:\n')
})

test('a machine without these tables makes empty ones', t => {
  t.is(
    textOf('/etc/passwd', () => null),
    '',
  )
})

test('names are looked up in these files', t => {
  t.regex(textOf('/etc/nsswitch.conf'), /^passwd: files$/m)
})
