import { dumpPythonJson } from '../../wsgi/python-json.ts'

/** vendor_data2.json: each provider's data under its name; StaticJSON is the only provider by default. */
export function renderVendorData2(vendordata: Readonly<Record<string, unknown>>): string {
  return dumpPythonJson({ static: vendordata })
}
