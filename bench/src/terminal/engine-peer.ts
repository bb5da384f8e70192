/** A floor: a tmux client on an exec stream of the engine, with no server of ours in between. */
import Docker from 'dockerode'
import { size, tmux, type Peer } from './peer.ts'

export function enginePeer(): Peer {
  const docker = new Docker()
  return {
    name: 'floor: exec stream',
    open: async ({ environmentId, tmuxSessionName }) => {
      const attach = `${tmux.join(' ')} attach -t '=${tmuxSessionName}'`
      const exec = await docker.getContainer(`craftastic-${environmentId}`).exec({
        Cmd: ['sh', '-c', `stty cols ${size.cols} rows ${size.rows}; exec ${attach}`],
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
      let listener: (chunk: Buffer) => void = () => {}
      stream.on('data', (chunk: Buffer) => listener(chunk))
      return {
        write: (input) => void stream.write(input),
        listen: (next) => void (listener = next),
        // Closing the stream leaves the tmux client behind; its prefix and `d` do not.
        close: () => void stream.write('\x02d', () => setTimeout(() => stream.destroy(), 200)),
      }
    },
  }
}
