/** HTTP status with which an engine has refused a call, as dockerode throws it; null for any other error. */
export function statusOf(error: unknown): number | null {
  if (!(error instanceof Error && 'statusCode' in error)) return null
  return typeof error.statusCode === 'number' ? error.statusCode : null
}
