/** What one check has found out about the machine. JSON can carry it. */
export interface Finding {
  readonly id: string
  readonly title: string
  /** `missing`: a lab cannot stand. `warning`: it can, with a difference. `unchecked`: `found` says why. */
  readonly level: 'ok' | 'warning' | 'missing' | 'unchecked'
  readonly found: string
  /** What a lab needs it for. */
  readonly why: string
  /** What to do about it; null where nothing need be done. */
  readonly remedy: string | null
}

/** What a check is about, whatever it finds. */
export type Subject = Pick<Finding, 'id' | 'title' | 'why'>

export function ok(subject: Subject, found: string): Finding {
  return { ...subject, level: 'ok', found, remedy: null }
}

export function warning(subject: Subject, found: string, remedy: string): Finding {
  return { ...subject, level: 'warning', found, remedy }
}

export function missing(subject: Subject, found: string, remedy: string): Finding {
  return { ...subject, level: 'missing', found, remedy }
}

export function unchecked(subject: Subject, found: string, remedy: string): Finding {
  return { ...subject, level: 'unchecked', found, remedy }
}
