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
  const says = (made: number, changed: number, gone: number) =>
    describeChanges({ made, changed, gone })
  t.is(says(3, 7, 1), '3 resources made anew, 7 changed in place, 1 taken away')
  t.is(says(1, 0, 0), '1 resource made anew')
  t.is(says(0, 2, 0), '2 resources changed in place')
  t.is(says(0, 0, 5), '5 resources taken away')
})
