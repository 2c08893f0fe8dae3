/** Where nova's loggers write; the name is the Python module's. */
export interface NovaLog {
  info(name: string, text: string): void
  warning(name: string, text: string): void
  error(name: string, text: string): void
}
