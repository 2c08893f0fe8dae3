import { sudoPrefix } from '../../linux/is-root.ts'
import { runsSystemd } from '../../linux/runs-systemd.ts'

/** What to type where an engine hangs. */
export function suggestRestart(host: string): string {
  const name = host.includes('podman') ? 'podman' : 'docker'
  return runsSystemd()
    ? `\`journalctl -u ${name}\` may tell why; \`${sudoPrefix()}systemctl restart ${name}\` starts it anew`
    : 'Restart it'
}
