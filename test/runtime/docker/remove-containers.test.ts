import { engineAt } from '../../../src/runtime/docker/engine-at.ts'
import { ensureImage } from '../../../src/runtime/docker/image/ensure-image.ts'
import { ownImage } from '../../../src/runtime/docker/image/own-image.ts'
import { removeContainers } from '../../../src/runtime/docker/remove-containers.ts'
import { engineTest } from '../../host/support/engines.ts'
import { randomLabName } from '../../host/support/lab.ts'

engineTest(
  'containers go that have the label of their lab; others keep its names, and the absent are no error',
  async (t, host, kind) => {
    const { api } = await engineAt(host)
    const image = await ownImage()
    await ensureImage(await engineAt(host), image)
    const lab = randomLabName()
    const [own, somebodys, absent] = ['own', 'somebodys', 'absent'].map(name => ({
      engine: { kind, host },
      name: `lab-${lab}-${name}`,
      labels: { lab, 'lab.service': name },
    }))
    if (own === undefined || somebodys === undefined || absent === undefined) return t.fail()
    const given = { Image: image.reference, Cmd: ['/nothing'] }
    await api.createContainer({ ...given, name: own.name, Labels: own.labels })
    const stranger = await api.createContainer({ ...given, name: somebodys.name })
    try {
      t.is(await removeContainers([own, somebodys, absent]), 1)
      t.is((await stranger.inspect()).Id, stranger.id)
      t.is(await removeContainers([own, somebodys, absent]), 0)
    } finally {
      await stranger.remove({ force: true })
    }
  },
)
