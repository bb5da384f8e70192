/** What `compose.yaml` and `Dockerfile` repeat of other files stays true. That they work is tried by hand: a build takes minutes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig, Variables } from '../src/config.ts'
import { projectRoot } from '../src/lib/project-paths.ts'

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
