import test from 'ava'
import { describeSize } from '../../src/cli/describe-size.ts'
import { cloudOf } from '../fixtures/planned.ts'

const network = 'networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}'

test('an instance’s guest is not counted twice', t => {
  const cloud = cloudOf(`${network}\ninstances: {vm1: {networks: [a]}}`)
  t.is(describeSize(cloud), '1 network, 1 instance')
})

test('guests that nova does not have are counted by themselves', t => {
  const guests = 'guests: {g1: {networks: [a]}, g2: {networks: [a]}}'
  t.is(describeSize(cloudOf(`${network}\n${guests}`)), '1 network, 0 instances, 2 guests')
})
