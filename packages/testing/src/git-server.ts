/**
 * A Git server over smart HTTP for tests: the real `git http-backend` behind a small HTTP server, reachable from
 * containers. Besides good repositories it serves what goes wrong in practice: one that asks for a sign-in, one that is
 * empty, one that accepts the connection and never answers.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const projectRoot = new URL('../../..', import.meta.url).pathname

export interface GitServer {
  /** Such as `http://172.17.0.1:41234`: the entry for GIT_ALLOWED_HOSTS. */
  origin: string
  /** This project's own history. */
  projectUrl: string
  /** Its number of commits on the default branch. */
  projectCommits: number
  /** Name of its default branch. */
  projectBranch: string
  /** Asks for a sign-in, as private repositories do. */
  privateUrl: string
  /** Has no commit. */
  emptyUrl: string
  /** Accepts the request and never answers. */
  hangingUrl: string
  missingUrl: string
  close(): Promise<void>
}

/** Serves until `close`, which also removes the repositories. */
export async function startGitServer(): Promise<GitServer> {
  const root = await mkdtemp(join(tmpdir(), 'craftastic-git-'))
  const git = (...args: string[]) => run('git', args, { cwd: root })
  await git('clone', '--quiet', '--bare', projectRoot, 'project.git')
  await git('init', '--quiet', '--bare', 'empty.git')
  await git('clone', '--quiet', '--bare', 'project.git', 'private.git')
  const count = await git('-C', 'project.git', 'rev-list', '--count', 'HEAD')
  const branch = await git('-C', 'project.git', 'symbolic-ref', '--short', 'HEAD')

  const server = createServer((request, response) => serve(root, request, response))
  const address = hostAddress()
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the Git server has no port')
  const origin = `http://${address}:${bound.port}`
  return {
    origin,
    projectUrl: `${origin}/project.git`,
    projectCommits: Number(count.stdout),
    projectBranch: branch.stdout.trim(),
    privateUrl: `${origin}/private.git`,
    emptyUrl: `${origin}/empty.git`,
    hangingUrl: `${origin}/hanging.git`,
    missingUrl: `${origin}/missing.git`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** An address of this machine that containers can reach. */
function hostAddress(): string {
  const interfaces = networkInterfaces()
  const candidates = [interfaces.docker0, ...Object.values(interfaces)].flatMap((addresses) => addresses ?? [])
  const found = candidates.find((candidate) => candidate.family === 'IPv4' && !candidate.internal)
  if (found === undefined) throw new Error('this machine has no address that a container could reach')
  return found.address
}

function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://git.invalid')
  if (url.pathname.startsWith('/hanging.git')) return
  if (url.pathname.startsWith('/private.git')) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="private"' }).end()
    return
  }
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['content-encoding'] === undefined
        ? {}
        : { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
      ...(request.headers['git-protocol'] === undefined
        ? {}
        : { GIT_PROTOCOL: String(request.headers['git-protocol']) }),
      REMOTE_ADDR: '127.0.0.1',
      // The repositories may belong to another user than the one who runs the tests.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    },
  })
  request.pipe(backend.stdin)
  backend.stdin.on('error', () => {})
  relayCgi(backend.stdout, response)
}

/** Turns CGI output (RFC 3875, section 6) into an HTTP answer. */
function relayCgi(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0)
  const onData = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    output.off('data', onData)
    const headers = head.subarray(0, end).toString('latin1').split('\r\n')
    let status = 200
    for (const line of headers) {
      const [name = '', ...value] = line.split(': ')
      if (name.toLowerCase() === 'status') status = Number.parseInt(value.join(': '), 10)
      else response.setHeader(name, value.join(': '))
    }
    response.writeHead(status)
    response.write(head.subarray(end + 4))
    output.pipe(response)
  }
  output.on('data', onData)
  output.on('end', () => {
    if (!response.headersSent) response.writeHead(500).end()
  })
}
