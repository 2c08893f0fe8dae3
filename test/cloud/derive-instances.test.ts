import test from 'ava'
import { readCloud } from './read-cloud.ts'

const images = {
  one: '10000000-0000-4000-8000-000000000001',
  two: '10000000-0000-4000-8000-000000000002',
  three: '10000000-0000-4000-8000-000000000003',
}

function instancesOf(instances: object) {
  const networks = { a: { subnets: [{ cidr: '10.0.0.0/24' }] } }
  return readCloud(JSON.stringify({ networks, instances })).instances
}

test('images, kernels and ramdisks are numbered in one sequence, in order of first use', t => {
  const found = instancesOf({
    vm1: { networks: ['a'], image_id: images.one, ramdisk_id: images.three },
    vm2: { networks: ['a'], image_id: null },
    vm3: { networks: ['a'], image_id: images.two, kernel_id: images.three, ramdisk_id: images.one },
  })
  t.deepEqual(
    found.map(one => [one.ec2_image_id, one.ec2_kernel_id, one.ec2_ramdisk_id]),
    [
      [1, null, 2],
      [null, null, null],
      [3, 2, 1],
    ],
  )
})

test('an instance is called what it is given, and its host is named after that', t => {
  const found = instancesOf({
    vm1: { networks: ['a'] },
    vm2: { networks: ['a'], display_name: 'Web Server_2' },
    vm3: { networks: ['a'], display_name: 'Third', hostname: 'three.example' },
  })
  t.deepEqual(
    found.map(({ name, display_name, hostname }) => [name, display_name, hostname]),
    [
      ['vm1', 'vm1', 'vm1'],
      ['vm2', 'Web Server_2', 'web-server-2'],
      ['vm3', 'Third', 'three.example'],
    ],
  )
})

test('a disk goes where its source does, unless the topology says else', t => {
  const disk = (source_type: string, more = {}) => ({
    source_type,
    device_name: `vd${source_type}`,
    ...more,
  })
  const [vm1] = instancesOf({
    vm1: {
      networks: ['a'],
      block_device_mapping: [
        disk('image'),
        disk('blank'),
        disk('snapshot'),
        disk('volume'),
        { ...disk('blank', { destination_type: 'volume' }), device_name: 'vdz' },
      ],
    },
  })
  t.deepEqual(
    vm1?.block_device_mapping.map(({ destination_type }) => destination_type),
    ['local', 'local', 'volume', 'volume', 'volume'],
  )
})

test('what is left out is not there', t => {
  t.like(instancesOf({ vm1: { networks: ['a'] } })[0], {
    block_device_mapping: [],
    devices: [],
    dedicated_cpus: [],
    password: null,
    kernel_id: null,
    ramdisk_id: null,
  })
})

test('an instance’s derived id gives way to a guest’s device, which Nova does not have', t => {
  const networks = { a: { subnets: [{ cidr: '10.0.0.0/24' }] } }
  const instances = { vm1: { networks: ['a'] } }
  const [before] = instancesOf(instances)
  const guests = { ghost: { networks: [{ name: 'a', device_id: before?.id }] } }
  const cloud = readCloud(JSON.stringify({ networks, instances, guests }))
  const [after] = cloud.instances
  t.not(after?.id, before?.id)
  t.is(after?.port_ids.length, 1)
})
