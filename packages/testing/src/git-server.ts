/**
 * A Git server over smart HTTP for tests: the real `git http-backend` behind a small HTTP server, reachable from
 * containers. Besides good repositories it serves what goes wrong in practice: one that asks for a sign-in, one that is
 * empty, one that accepts the connection and never answers, one that is elsewhere now.
 */
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
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
  /** Asks for a sign-in, as private repositories do; with `token` as the password it may be read and pushed to. */
  privateUrl: string
  token: string
  /** Redirects to `target`, headers and all, as a host does that was taken over. */
  redirect: { url: string; target: string }
  /** Each request so far. */
  requests: GitServerRequest[]
  /** Has no commit. */
  emptyUrl: string
  /** Accepts the request and never answers. */
  hangingUrl: string
  missingUrl: string
  /** Begins as this project's history, accepts pushes of everybody, and serves partial clones. */
  writableUrl: string
  close(): Promise<void>
}

export type GitServerRequest = { method: string; url: string; headers: IncomingMessage['headers'] }

export type GitServerOptions = {
  /** Serves https with this; else plain http. PEM. */
  tls?: { cert: string; key: string }
  /** Script of a hook that may refuse a push to the private repository, such as `echo no >&2; exit 1`. */
  preReceive?: string
}

/** Serves until `close`, which also removes the repositories. */
export async function startGitServer(options: GitServerOptions = {}): Promise<GitServer> {
  const root = await mkdtemp(join(tmpdir(), 'craftastic-git-'))
  const git = (...args: string[]) => run('git', args, { cwd: root })
  await git('clone', '--quiet', '--bare', projectRoot, 'project.git')
  // One pack with a bitmap is sent as it is; else each clone would have it put together anew.
  await git('-C', 'project.git', 'repack', '-adbq')
  await git('init', '--quiet', '--bare', 'empty.git')
  await git('clone', '--quiet', '--bare', 'project.git', 'private.git')
  await git('clone', '--quiet', '--bare', 'project.git', 'writable.git')
  await git('-C', 'writable.git', 'config', 'http.receivepack', 'true')
  await git('-C', 'writable.git', 'config', 'uploadpack.allowFilter', 'true')
  const count = await git('-C', 'project.git', 'rev-list', '--count', 'HEAD')
  const branch = await git('-C', 'project.git', 'symbolic-ref', '--short', 'HEAD')

  await git('-C', 'private.git', 'config', 'http.receivepack', 'true')
  if (options.preReceive !== undefined) {
    const hook = join(root, 'private.git', 'hooks', 'pre-receive')
    await writeFile(hook, `#!/bin/sh\n${options.preReceive}\n`, { mode: 0o755 })
  }

  const token = `test-token-${randomBytes(18).toString('base64url')}`
  const requests: GitServerRequest[] = []
  const redirect = { url: '', target: '' }
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request
    requests.push({ method, url, headers })
    if (url.startsWith('/redirect.git')) {
      response.writeHead(301, { location: url.replace('/redirect.git', redirect.target) }).end()
    } else if (url.startsWith('/private.git') && !showsToken(request, token)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="private"' }).end()
    } else serve(root, request, response)
  }
  const server = options.tls === undefined ? createServer(listener) : createSecureServer(options.tls, listener)
  const address = hostAddress()
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the Git server has no port')
  const origin = `${options.tls === undefined ? 'http' : 'https'}://${address}:${bound.port}`
  redirect.url = `${origin}/redirect.git`
  return {
    origin,
    projectUrl: `${origin}/project.git`,
    projectCommits: Number(count.stdout),
    projectBranch: branch.stdout.trim(),
    privateUrl: `${origin}/private.git`,
    token,
    redirect,
    requests,
    emptyUrl: `${origin}/empty.git`,
    hangingUrl: `${origin}/hanging.git`,
    missingUrl: `${origin}/missing.git`,
    writableUrl: `${origin}/writable.git`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Whatever the user name: hosts take a token as the password. */
function showsToken({ headers }: IncomingMessage, token: string): boolean {
  const [scheme, value = ''] = (headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic') return false
  const pair = Buffer.from(value, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1) === token
}

/** An address of this machine that containers can reach. */
export function hostAddress(): string {
  const interfaces = networkInterfaces()
  const candidates = [interfaces.docker0, ...Object.values(interfaces)].flatMap((addresses) => addresses ?? [])
  const found = candidates.find((candidate) => candidate.family === 'IPv4' && !candidate.internal)
  if (found === undefined) throw new Error('this machine has no address that a container could reach')
  return found.address
}

function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://git.invalid')
  if (url.pathname.startsWith('/hanging.git')) return
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
      // `git receive-pack` is for those who have signed in, if only as somebody.
      REMOTE_USER: 'somebody',
      // The repositories may belong to another user than the one who runs the tests.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    },
  })
  request.pipe(backend.stdin)
  response.on('close', () => backend.kill())
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
