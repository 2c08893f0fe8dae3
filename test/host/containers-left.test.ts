import Docker from 'dockerode'
import { containersOf, engineTest } from './support/engines.ts'
import { randomLabName } from './support/lab.ts'
import { loadEmptyImage } from './support/load-empty-image.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'

engineTest(
  'a container that a lab leaves is seen, whether it runs or not',
  async (t, host, kind) => {
    const before = await snapshotMachine()
    const api = new Docker({ socketPath: host.replace('unix://', '') })
    const lab = randomLabName()
    const image = `localhost/empty:${lab}`
    await loadEmptyImage(host, image)
    const container = await api.createContainer({
      name: `lab-${lab}-left`,
      Image: image,
      Cmd: ['/nothing'],
      Labels: { lab },
      HostConfig: { NetworkMode: 'host' },
    })
    t.is((await containersOf(host, lab)).length, 1)
    t.deepEqual(changesOfMachine(before, await snapshotMachine()), [
      `containers: new: ${container.id.slice(0, 12)} /lab-${lab}-left at ${host}`,
    ])
    await container.remove()
    await api.getImage(image).remove()
    t.deepEqual(await containersOf(host, lab), [], kind)
    t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
  },
)
