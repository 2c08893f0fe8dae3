import test from 'ava'
import { signInstanceId } from '../../src/wsgi/sign-instance-id.ts'

test('a signature is the hex HMAC-SHA256 of the id', t => {
  const signature = 'ef54c9aa3d7874ca477d869693b2d56b2dc23e0126df0e8818eef45cf9a6f3ca'
  t.is(signInstanceId('s3cr3t', '7f0c2d5e-1a2b-4c3d-8e4f-5a6b7c8d9e0f'), signature)
})
