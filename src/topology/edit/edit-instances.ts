import { editDocument } from './edit-document.ts'
import { addToSection, inOneLine, removeFromSection, writeMapping } from './section.ts'

/** As it is written under `instances`; what is undefined is left out. */
export interface NewInstance {
  readonly networks: readonly (string | { readonly name: string; readonly fixed_ip: string })[]
  readonly host?: string
  readonly key_name?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly user_data?: string | { readonly base64: string }
  readonly availability_zone?: string
}

/** The text with one more instance. Throws EditRefused. */
export function addInstance(text: string, name: string, instance: NewInstance): string {
  return editDocument(text, open => {
    const { document } = open
    const networks = inOneLine(document, instance.networks)
    addToSection(open, 'instances', name, writeMapping(document, { ...instance, networks }))
  })
}

/** The text without some instances. Throws EditRefused. */
export function removeInstances(text: string, names: readonly string[]): string {
  return editDocument(text, open => {
    for (const name of names) removeFromSection(open, 'instances', name)
  })
}
