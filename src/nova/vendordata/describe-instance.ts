import { dumpPythonJson } from '../../wsgi/python-json.ts'
import type { InstanceView } from '../instance-view.ts'

/** What nova posts to a vendor data service, in its order; the same in every release. */
export function describeInstance(view: InstanceView): string {
  return dumpPythonJson({
    'project-id': view.project_id,
    'instance-id': view.uuid,
    'image-id': view.image_ref,
    'user-data': view.user_data_base64,
    hostname: view.hostname,
    metadata: view.metadata,
    'boot-roles': bootRoles,
  })
}

/** Of who booted the instance: a lab has no Keystone, whose default roles of a project's member these are. */
const bootRoles = 'member,reader'
