/** What has become of a service since its lab was built. */
export interface ServiceHistory {
  readonly restarts: number
  /** ISO 8601; null before the first. */
  readonly lastRestartAt: string | null
  /** Why the last attempt to start it again failed; null where it did not. */
  readonly lastError: string | null
}
