/** The containers of labs at engines, a line each; `hosts` are `unix://…`. */
export async function listContainers(hosts: readonly string[]): Promise<readonly string[]> {
  if (hosts.length === 0) return []
  const { default: Docker } = await import('dockerode')
  const lists = hosts.map(async host => {
    const api = new Docker({ socketPath: host.replace(/^unix:\/\//, '') })
    const containers = await api.listContainers({ all: true, filters: { label: ['lab'] } })
    return containers.map(({ Names }) => `container ${Names.join(', ')} at ${host}`)
  })
  return (await Promise.all(lists)).flat()
}
