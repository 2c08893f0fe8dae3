import test from 'ava'
import { buildInstanceView } from '../../src/nova/build-instance-view.ts'
import { cloudOf } from '../fixtures/planned.ts'

function viewOf(attributes: string, networks = '[a]') {
  const cloud = cloudOf(`
networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}, b: {subnets: [{cidr: 10.1.0.0/24}]}}
instances: {vm1: {project_id: own, networks: ${networks}${attributes}}}
`)
  const [instance] = cloud.instances
  if (instance === undefined) throw new Error('the cloud has no instance')
  return buildInstanceView(cloud, instance)
}

test('nova sees the ports of the instance’s own project alone', t => {
  const networks = '[{name: a, project_id: other}, {name: b, project_id: own}, b]'
  const cidrs = viewOf('', networks).network_info.flatMap(({ network }) =>
    network.subnets.map(({ cidr }) => cidr),
  )
  t.deepEqual(cidrs, ['10.1.0.0/24', '10.1.0.0/24'])
  t.deepEqual(viewOf('', '[{name: a, project_id: other}]').network_info, [])
})

test('dedicated CPUs are sorted', t => {
  t.deepEqual(viewOf(', dedicated_cpus: [10, 9, 1]').dedicated_cpus, [1, 9, 10])
})

test('ids of the EC2 tree are numbers of eight hexadecimal digits', t => {
  const id = (last: number) => `10000000-0000-4000-8000-00000000000${last}`
  const all = `, image_id: ${id(1)}, kernel_id: ${id(2)}, ramdisk_id: ${id(3)}`
  t.deepEqual(viewOf(all).ec2_ids, {
    instance_id: 'i-00000001',
    ami_id: 'ami-00000001',
    kernel_id: 'aki-00000002',
    ramdisk_id: 'ari-00000003',
  })
  t.like(viewOf(', image_id: null').ec2_ids, { ami_id: null, kernel_id: null, ramdisk_id: null })
})

test('what the topology tells is what nova has', t => {
  const view = viewOf(
    ', display_name: One, password: posted, devices: [{type: disk, tags: [t]}], root_device_name: vda',
  )
  t.is(view.display_name, 'One')
  t.is(view.password, 'posted')
  t.deepEqual(view.devices, [{ kind: 'disk', bus: 'none', address: 'none', tags: ['t'] }])
  t.deepEqual(view.block_device_mapping, { ami: 'vda', root: 'vda' })
})
