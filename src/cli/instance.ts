import { readFileSync } from 'node:fs'
import type { Cloud } from '../cloud/cloud.ts'
import type { Instance } from '../cloud/instance.ts'
import { readMetadataRoute } from '../lab/read-metadata-route.ts'
import { whyUnreadable } from '../lab/why-unreadable.ts'
import { addInstance, type NewInstance, removeInstances } from '../topology/edit/edit-instances.ts'
import { type ChangeOptions, changeLab } from './change-lab.ts'
import { checkNewName } from './check-new-name.ts'
import { asTypedWords, type TypedWords } from './explain-mistakes.ts'
import { findGuest, findInstance, findNetwork } from './find-resources.ts'
import type { GlobalOptions } from './pick-lab.ts'
import type { Change } from './read-change.ts'
import { refused, refusedOption } from './refused.ts'

interface InstanceOptions {
  /** `NAME` or `NAME=ADDRESS` each. */
  readonly network: readonly string[]
  readonly host?: string
  readonly keyName?: string
  /** `KEY=VALUE` each. */
  readonly property?: readonly string[]
  readonly userData?: string
  readonly availabilityZone?: string
}

/** `lab instance add NAME --network NET…`: `openstack server create`. */
export async function add(
  name: string,
  options: ChangeOptions & InstanceOptions,
  globals: GlobalOptions,
): Promise<void> {
  await changeLab(instanceAddition(name, options), options, globals)
}

/** What `lab instance add` changes. Throws LabError where its user data cannot be read. */
export function instanceAddition(name: string, options: InstanceOptions): Change {
  const userData = options.userData === undefined ? null : readUserData(name, options.userData)
  return {
    words: ['instance', 'add', name],
    what: `add instance ${asTypedWords(name)}`,
    typed: typedFor(name, options),
    edit: ({ cloud, kept }) => {
      checkNewName(cloud, 'instance', name)
      return addInstance(kept.text, name, {
        networks: options.network.map(word => readNic(cloud, name, word)),
        ...writeRest(name, options),
        ...(userData === null ? {} : { user_data: userData }),
      })
    },
    tell: async (_, { cloud }) => [await describe(cloud, findInstance(cloud, name))],
  }
}

function typedFor(name: string, options: InstanceOptions): TypedWords[] {
  const path = ['instances', name]
  const { network, host = '', keyName = '', property = [] } = options
  const { userData = '', availabilityZone = '' } = options
  return [
    { path, words: asTypedWords(name) },
    { path: [...path, 'host'], words: asTypedWords('--host', host) },
    { path: [...path, 'key_name'], words: asTypedWords('--key-name', keyName) },
    { path: [...path, 'user_data'], words: asTypedWords('--user-data', userData) },
    {
      path: [...path, 'availability_zone'],
      words: asTypedWords('--availability-zone', availabilityZone),
    },
    ...network.map((word, index) => ({
      path: [...path, 'networks', index],
      words: asTypedWords('--network', word),
    })),
    ...property.map(word => ({
      path: [...path, 'metadata', word.slice(0, word.indexOf('='))],
      words: asTypedWords('--property', word),
    })),
  ]
}

/** `lab instance remove NAME…`: `openstack server delete`. */
export async function remove(
  names: readonly string[],
  options: ChangeOptions,
  globals: GlobalOptions,
): Promise<void> {
  const find = (cloud: Cloud) => [...new Set(names.map(name => findInstance(cloud, name)))]
  await changeLab(
    {
      words: ['instance', 'remove', ...names],
      what: `remove instance ${asTypedWords(...names)}`,
      edit: ({ cloud, kept }) =>
        removeInstances(
          kept.text,
          find(cloud).map(({ name }) => name),
        ),
      tell: ({ cloud }) =>
        find(cloud).map(
          instance => `${instance.name} is gone: ${addressesOf(cloud, instance)} is free`,
        ),
    },
    options,
    globals,
  )
}

function readNic(cloud: Cloud, name: string, word: string): NewInstance['networks'][number] {
  const at = word.indexOf('=')
  const network = findNetwork(cloud, at === -1 ? word : word.slice(0, at))
  if (at === -1) return network.name
  const fixed_ip = word.slice(at + 1)
  const taken = cloud.ports
    .filter(({ network_id }) => network_id === network.id)
    .flatMap(({ fixed_ips }) => fixed_ips)
    .find(({ ip_address }) => ip_address === fixed_ip)
  if (taken !== undefined)
    throw refused(
      `add instance ${name}`,
      `IP address ${fixed_ip} already allocated in subnet ${taken.subnet_id} (409 Conflict)`,
      `\`lab port list --network ${network.name}\` tells whose it is.`,
    )
  return { name: network.name, fixed_ip }
}

function writeRest(name: string, options: InstanceOptions): Omit<NewInstance, 'networks'> {
  const { host, keyName, property = [], availabilityZone } = options
  const metadata = Object.fromEntries(property.map(word => readProperty(name, word)))
  return {
    ...(host === undefined ? {} : { host }),
    ...(keyName === undefined ? {} : { key_name: keyName }),
    ...(property.length === 0 ? {} : { metadata }),
    ...(availabilityZone === undefined ? {} : { availability_zone: availabilityZone }),
  }
}

function readProperty(name: string, word: string): readonly [string, string] {
  const at = word.indexOf('=')
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)]
  throw refusedOption(
    `add instance ${asTypedWords(name)}`,
    `${asTypedWords('--property', word)} is not of the form key=value`,
  )
}

/** As it is where it is text; what is not, by its bytes. */
function readUserData(name: string, path: string): NonNullable<NewInstance['user_data']> {
  try {
    const bytes = readFileSync(path)
    const text = bytes.toString('utf8')
    return bytes.equals(Buffer.from(text, 'utf8')) ? text : { base64: bytes.toString('base64') }
  } catch (error) {
    const reason = whyUnreadable(error)
    if (reason === null) throw error
    const option = asTypedWords('--user-data', path)
    throw refusedOption(`add instance ${asTypedWords(name)}`, `${option}: ${reason}`)
  }
}

async function describe(cloud: Cloud, instance: Instance): Promise<string> {
  const route = await readMetadataRoute(cloud, findGuest(cloud, instance.name))
  return `${instance.name} stands: ${addressesOf(cloud, instance)}; ${route}`
}

function addressesOf({ ports, networks }: Cloud, { port_ids }: Instance): string {
  return ports
    .filter(({ id }) => port_ids.includes(id))
    .map(({ network_id, fixed_ips }) => {
      const network = networks.find(({ id }) => id === network_id)
      return `${fixed_ips.map(({ ip_address }) => ip_address).join(' ')} on ${network?.name}`
    })
    .join(', ')
}
