import { dumpPythonJson } from '../../wsgi/python-json.ts'

/** vendor_data.json: what `vendordata_jsonfile_path` holds. */
export function renderVendorData(vendordata: Readonly<Record<string, unknown>>): string {
  return dumpPythonJson(vendordata)
}
