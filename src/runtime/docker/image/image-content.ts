/** What stands in an image under an absolute path; its folders come by themselves, root's, mode 0755. */
export type ImageEntry =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly source: string }
  | { readonly kind: 'text'; readonly path: string; readonly mode: number; readonly text: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }

/** What an image of lab's is made of. Nothing of it has been read yet but to know its hash. */
export interface ImageContent {
  /** `localhost/lab:<hash>` */
  readonly reference: string
  /** Twelve hexadecimal digits of the hash of all that follows, contents too. */
  readonly hash: string
  /** What changes with the machine's packages, and what changes with lab. Sorted by path. */
  readonly layers: readonly (readonly ImageEntry[])[]
  readonly environment: Readonly<Record<string, string>>
  /** Of the lab whose daemons it has. */
  readonly version: string
}
