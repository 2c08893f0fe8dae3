import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { filesInContainers } from '../../scripts/files-in-containers.ts'
import { projectRoot } from '../../src/linux/gather-facts.ts'

test('every file of tests that runs in containers is there, and is named once', t => {
  for (const files of Object.values(filesInContainers)) {
    t.true(files.length > 0)
    t.deepEqual(
      files.filter(file => !existsSync(join(projectRoot, file))),
      [],
    )
    t.is(new Set(files).size, files.length)
  }
})
