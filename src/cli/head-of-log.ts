/** As tail heads a file, for a container as well. */
export function headOfLog(
  source: { readonly file: string } | { readonly container: string },
): string {
  return `==> ${'file' in source ? source.file : `container ${source.container}`} <==`
}
