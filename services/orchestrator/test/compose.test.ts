/** What `compose.yaml` and `Dockerfile` repeat of other files stays true. That they work is tried by hand: a build takes minutes. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig, Variables } from '../src/config.ts'
import { projectRoot } from '../src/lib/project-paths.ts'
import { runProcess } from './harness/run-process.ts'

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8')
const compose = read('compose.yaml')
const dockerfile = read('Dockerfile')

/** Name and value of every variable of the server's container. */
function readServerVariables(): [string, string][] {
  const block = /\n {4}environment:\n((?: {6}.*\n)+)/.exec(compose)?.[1] ?? ''
  return [...block.matchAll(/^ {6}([A-Z_]+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value])
}

it('hands the server variables that it knows, with defaults that it takes', () => {
  const variables = readServerVariables()
  expect(variables.length).toBeGreaterThan(10)
  for (const [name, value] of variables) {
    expect(Object.keys(Variables.shape)).toContain(name)
    // Older releases of Compose do not look into a default.
    expect(value.replace(/^\$\{/, '')).not.toContain('${')
  }
  const defaults = variables.map(([name, value]): [string, string] => [
    name,
    value.replace(/^\$\{[A-Z_]+:-(.*)\}$/, '$1'),
  ])
  const config = readConfig(Object.fromEntries<string>(defaults))
  expect(config).toMatchObject({ host: '127.0.0.1', port: 3000, sandbox: { image: 'craftastic/sandbox:latest' } })
})

/** What the composition itself says. */
const notHanded: Partial<Record<keyof typeof Variables.shape, string>> = {
  NODE_ENV: 'the image sets it',
  DATA_DIR: 'the image sets it, to the volume',
  DOCKER_HOST: 'the socket is mounted at its usual place',
  SSH_AUTH_SOCK: 'for an engine over ssh, and this one is on the machine',
}

it('hands on every variable that there is', () => {
  const handed = readServerVariables().map(([name]) => name)
  const wanted = Object.keys(Variables.shape).filter((name) => !(name in notHanded))
  expect(handed.toSorted()).toEqual(wanted.toSorted())
})

it('makes the image that the server looks for, whatever the tag of its own', () => {
  const images = [...compose.matchAll(/^ {4}image: (.*)$/gm)].map(([, image]) => image)
  expect(images).toContain(readConfig({}).sandbox.image)
})

it('sets what every command of Compose wants in its first line, once', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'craftastic-compose-'))
  try {
    const commands = [
      /^```sh\n(.*DOCKER_GID.*)$/m.exec(read('docs/operations.md'))?.[1],
      /^# {3}(.*DOCKER_GID.*)$/m.exec(compose)?.[1],
    ]
    writeFileSync(join(directory, '.env'), 'PORT=3001')
    for (const command of commands) {
      const line = (command ?? 'false').replace('/var/run/docker.sock', '.')
      await promisify(execFile)('sh', ['-c', `${line} || exit 0`], { cwd: directory })
    }
    const group = statSync(directory).gid
    expect(parseEnv(readFileSync(join(directory, '.env'), 'utf8'))).toEqual({ PORT: '3001', DOCKER_GID: String(group) })
    expect(readFileSync(join(directory, '.env'), 'utf8').match(/DOCKER_GID/g)).toHaveLength(1)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

it('finds the server healthy where it listens, and nowhere else', async () => {
  expect(dockerfile).toContain('CMD ["node", "src/scripts/check-health.ts"]')
  const server = createServer((request, response) => response.writeHead(request.url === '/healthz' ? 200 : 404).end())
  const check = async (HOST: string) => runProcess('scripts/check-health.ts', { HOST, PORT: String(port) }).ended
  server.listen(0, '127.0.0.2')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' ? bound?.port : null
  try {
    expect(await check('127.0.0.2')).toBe(0)
    expect(await check('')).toBe(1)
  } finally {
    server.close()
  }
})

it('installs every workspace of the lock file', () => {
  const { workspaces } = z.object({ workspaces: z.array(z.string()) }).parse(JSON.parse(read('package.json')))
  for (const workspace of workspaces) expect(dockerfile).toContain(`COPY ${workspace}/package.json ${workspace}/\n`)
})

it('is built with the Node that the product runs on', () => {
  expect(/^ARG BUILD_IMAGE=node:(\d+)-/m.exec(dockerfile)?.[1]).toBe(read('.nvmrc').trim())
  expect(compose).toContain(/^ARG BUILD_IMAGE=(.*)$/m.exec(dockerfile)?.[1])
})

it('keeps what is secret or large out of the build', () => {
  expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['**', '**/node_modules', '**/.env']))
})
