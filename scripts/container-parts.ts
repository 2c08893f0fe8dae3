/** Of the tests that need container engines: files that ask for them themselves, and those that run again in containers. */
export const PARTS = ['asking', 'again'] as const
export type Part = (typeof PARTS)[number]
