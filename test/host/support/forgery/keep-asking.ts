import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

/** Asks for the same thing over and over until its stdin ends; prints how often it was told what. */
const PAUSE_MS = 20
const [url = ''] = process.argv.slice(2)
let isOver = false
process.stdin.on('end', () => {
  isOver = true
})
process.stdin.resume()
const told: Record<string, number> = {}
process.stdout.write('asking\n')
while (!isOver) {
  const answer = await ask()
  told[answer] = (told[answer] ?? 0) + 1
  // The processors are the attacker's.
  await delay(PAUSE_MS)
}
process.stdout.write(JSON.stringify(told))

function ask(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const asked = request(url, { agent: false }, async response =>
    resolve(`${response.statusCode} ${await text(response)}`),
  )
  asked.on('error', error => resolve(error.message))
  asked.end()
  return promise
}
