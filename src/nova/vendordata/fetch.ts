/** A POST to a vendor data service; every effect of it is the caller's. */
export interface VendordataRequest {
  /** http or https, with a host. */
  readonly url: URL
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly connectTimeoutMs: number
  /** For each packet of the answer. */
  readonly readTimeoutMs: number
  /** What an https service’s certificate is checked with: the usual authorities, a PEM file, or nothing. */
  readonly verify: boolean | { readonly certfile: string }
}

export interface VendordataResponse {
  readonly status: number
  readonly contentType: string | undefined
  readonly location: string | undefined
  /** Unpacked where it came packed. */
  readonly body: Uint8Array
}

/**
 * One exchange; redirections are the asker's. Rejects with VendordataFailure where there is no whole answer, and with
 * another error where nova's code, too, would meet what it does not expect: a CA file that is not there.
 */
export type FetchVendordata = (request: VendordataRequest) => Promise<VendordataResponse>

/** What nova logs of a service that it gets nothing from, and then does without. */
export class VendordataFailure extends Error {
  override readonly name = 'VendordataFailure'
}
