/** The bare floor: a tmux client on an exec stream of the engine, with no server of ours in between. */
import Docker from 'dockerode'

export interface EngineTerminal {
  write(input: string): void
  onData(listener: (chunk: Buffer) => void): void
  close(): void
}

const tmux = ['tmux', '-u', '-S', '/run/craftastic/tmux.sock', '-f', '/run/craftastic/tmux.conf']

/** Attaches to `tmuxSessionName` in the container of an environment, at 120×40. */
export async function openEngineTerminal(environmentId: string, tmuxSessionName: string): Promise<EngineTerminal> {
  const docker = new Docker()
  const exec = await docker.getContainer(`craftastic-${environmentId}`).exec({
    Cmd: ['sh', '-c', `stty cols 120 rows 40; exec ${tmux.join(' ')} attach -t '=${tmuxSessionName}'`],
    Env: ['TERM=xterm-256color', 'LANG=C.UTF-8'],
    User: '1000:1000',
    WorkingDir: '/',
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
    DetachKeys: 'ctrl-^,ctrl-^,ctrl-^',
  })
  const stream = await exec.start({ hijack: true, stdin: true, Tty: true })
  return {
    write: (input) => void stream.write(input),
    onData: (listener) => void stream.on('data', listener),
    close: () => void stream.destroy(),
  }
}
