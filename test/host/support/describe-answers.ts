import { runIn } from './namespace.ts'
import { type BuiltLab, namesIn } from './standing-labs.ts'

/** What every instance is answered, head and body, a text a guest; without the time and what is random. */
export async function describeAnswers(built: BuiltLab): Promise<Readonly<Record<string, string>>> {
  const { guest } = namesIn(built)
  const answers = built.cloud.instances.map(
    async ({ name }) => [name, await answersOf(guest(name))] as const,
  )
  return Object.fromEntries(await Promise.all(answers))
}

async function answersOf(namespace: string): Promise<string> {
  const urls = PATHS.map(path => `http://169.254.169.254${path}`)
  const options = ['--silent', '--include', '--path-as-is', '--max-time', '10']
  const { stdout } = await runIn(namespace, ['curl', ...options, ...urls])
  return stdout
    .replaceAll(/^date: .*$/gim, 'date: (time)')
    .replaceAll(/"random_seed": "[^"]*"/g, '"random_seed": "(random)"')
}

const PATHS = [
  '/',
  '/openstack/',
  '/openstack/latest/meta_data.json',
  '/openstack/latest/network_data.json',
  '/openstack/latest/vendor_data.json',
  '/openstack/latest/vendor_data2.json',
  '/openstack/latest/user_data',
  '/openstack/latest/password',
  '/openstack/2012-08-10/',
  '/latest/',
  '/latest/meta-data/',
  '/latest/meta-data/local-ipv4',
  '/latest/meta-data/public-keys/0/openssh-key',
  '/2009-04-04/meta-data/block-device-mapping/',
  '/latest/user-data',
  '/nowhere',
]
