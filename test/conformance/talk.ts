import { createInterface } from 'node:readline'
import { converse } from './converse.ts'
import { readOrder, writeReport } from './talk-protocol.ts'

/** Holds dialogues in the network namespace that it was started in: orders come on stdin, a line each, and reports go to stdout. */
for await (const line of createInterface({ input: process.stdin })) {
  const { id, dialogue } = readOrder(line)
  const { answered, heard } = converse(dialogue)
  void answered.then(() => process.stdout.write(writeReport({ id, heard: null })))
  void heard.then(said => process.stdout.write(writeReport({ id, heard: said })))
}
// The one who asked is gone, and nobody waits for what is still said.
process.exit()
