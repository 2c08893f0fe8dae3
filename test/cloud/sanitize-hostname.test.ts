import test from 'ava'
import { sanitizeHostname } from '../../src/cloud/sanitize-hostname.ts'

const becomes = test.macro({
  exec(t, name: string, expected: string) {
    t.is(sanitizeHostname(name, 'Server-1'), expected)
  },
  title: (_, name, expected) => `"${name}" is the host ${expected}`,
})

test(becomes, 'vm1', 'vm1')
test(becomes, 'Web_Server 1', 'web-server-1')
test(becomes, '-.edge.-', 'edge')
test(becomes, 'a&b', 'ab')
test(becomes, '&&&', 'Server-1')
test(becomes, 'x'.repeat(70), 'x'.repeat(63))
