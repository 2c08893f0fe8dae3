/** How long an engine may take over one container, of which it stops none for more than three seconds. */
export const CALL_LIMIT_MS = 60_000
