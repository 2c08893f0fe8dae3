import test from 'ava'
import { describeChanges, describeSize } from '../../src/cli/describe-size.ts'
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

test('what has changed is counted, and what there is none of goes without saying', t => {
  t.is(describeChanges({ made: 3, changed: 7 }), '3 resources made anew, 7 changed in place')
  t.is(describeChanges({ made: 1, changed: 0 }), '1 resource made anew')
  t.is(describeChanges({ made: 0, changed: 2 }), '2 resources changed in place')
})
