/** What cannot be the same twice, and what it is compared by instead. Everything else is compared byte for byte. */
export const comparedByForm: readonly ByForm[] = [
  {
    what: 'random_seed',
    why: 'meta_data.json holds 512 new random bytes in each answer; the recording says how long they are in base64',
    applies: () => true,
    reduce: body =>
      body.replace(
        /(?<="random_seed": ")(?:[A-Za-z0-9+/]{683}=|<684 chars>)(?=")/,
        '(512 random bytes)',
      ),
  },
  {
    what: 'security-groups',
    why: 'they stand in the order of nova’s database, which is none; compared as a set',
    applies: path => /\/security-groups[/?]*$/.test(path),
    reduce: body => body.split('\n').sort().join('\n'),
  },
]

interface ByForm {
  readonly what: string
  readonly why: string
  applies(path: string): boolean
  /** Gives the same for every body of that form; bodies are Latin-1, one character a byte. */
  reduce(body: string): string
}

/** A body with what cannot be the same twice put into one form. */
export function reduceToForm(path: string, body: string): string {
  return comparedByForm.reduce(
    (text, form) => (form.applies(path) ? form.reduce(text) : text),
    body,
  )
}
