import { describe, expect, test } from 'vitest'
import { ApiError } from '@/api/errors'
import { applicationFormSchema, readRefusedFields, type ApplicationForm } from '@/lib/application-form'
import { deployBranches } from '@/lib/deploy-branches'
import { wishToDeploy } from '@/lib/deploy-wish'
import { deploymentMs, deploymentTitle, presentApplication } from '@/lib/deployment-words'
import { aDeployment, anApplication } from './deployment-fixtures'
import { ids } from './fixtures'

const form: ApplicationForm = {
  name: ' shop ',
  branch: '',
  source: 'public',
  githubAppId: '',
  privateKeyId: '',
  serverId: 's1',
  destinationId: '',
  projectId: 'p1',
  projectEnvironmentId: 'e1',
  buildPack: 'static',
  port: '80',
  baseDirectory: '',
}
const judge = (part: Partial<ApplicationForm>) => applicationFormSchema(ids.environment).safeParse({ ...form, ...part })
const complaints = (part: Partial<ApplicationForm>) =>
  judge(part).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)

describe('the form of an application', () => {
  test('leaves out what is empty', () => {
    expect(judge({}).data).toEqual({
      environmentId: ids.environment,
      name: 'shop',
      source: { kind: 'public' },
      serverId: 's1',
      projectId: 'p1',
      projectEnvironmentId: 'e1',
      buildPack: 'static',
      port: 80,
    })
  })

  test('says at which field something is wrong', () => {
    expect(complaints({ port: '0' })).toEqual(['port must be from 1 to 65,535'])
    expect(complaints({ port: 'web' })).toEqual(['port must be from 1 to 65,535'])
    expect(complaints({ source: 'deploy_key' })).toEqual(['privateKeyId is missing'])
    expect(complaints({ serverId: '', branch: '-x' })).toEqual(['serverId is missing', 'branch is not a branch name'])
  })

  test('finds the field of what Coolify refused, and keeps the rest', () => {
    const fields = [
      { pointer: '/git_branch', detail: 'is not there' },
      { pointer: '/source/githubAppId', detail: 'has no access' },
      { pointer: '/domains', detail: 'is taken' },
      { pointer: '', detail: 'Something else.' },
    ]
    const error = new ApiError({ code: 'deployment_refused', status: 422, message: 'No.', fields })
    expect(readRefusedFields(error)).toEqual({
      placed: [
        { field: 'branch', message: 'is not there' },
        { field: 'githubAppId', message: 'has no access' },
      ],
      rest: ['domains: is taken', 'Something else.'],
    })
  })
})

describe('the branch', () => {
  const named = (branch: string, current: string | null, part = {}) =>
    wishToDeploy(ids.environment, anApplication(part), branch, current).names

  test('is named to the server where that is what somebody chose, not where all agree anyway', () => {
    expect(named('main', 'main')).toBe(false)
    expect(named('main', 'feature')).toBe(true)
    expect(named('feature', 'feature')).toBe(true)
    expect(named('main', 'main', { pinnedCommit: 'a'.repeat(40) })).toBe(true)
  })

  test('may be any that Coolify can be asked for, the current one first', () => {
    const known = [
      { name: 'old', remote: false, committedAt: '2026-01-01T00:00:00.000Z' },
      { name: 'origin/new', remote: true, committedAt: '2026-02-01T00:00:00.000Z' },
      { name: 'main', remote: false, committedAt: '2026-03-01T00:00:00.000Z' },
      { name: 'ümlaut', remote: false, committedAt: '2026-03-01T00:00:00.000Z' },
    ]
    expect(deployBranches('feature', 'main', known)).toEqual(['feature', 'main', 'new', 'old'])
    expect(deployBranches(null, null, [])).toEqual([])
  })
})

test('an application is told in words, also with states that nobody has heard of', () => {
  const word = (status: string | null) => presentApplication({ status })?.word ?? null
  expect(['running:healthy', 'running:unhealthy', 'exited:unhealthy', 'restarting', 'melted', null].map(word)).toEqual([
    'Running',
    'Running, unhealthy',
    'Not running',
    'Restarting',
    null,
    null,
  ])
})

test('a deployment has a title and a length', () => {
  const rollbackTag = 'b'.repeat(40)
  expect(deploymentTitle(aDeployment({ metadata: { kind: 'rollback', rollbackTag } }))).toBe('Roll back to bbbbbbb')
  expect(deploymentTitle(aDeployment({ metadata: { kind: 'redeploy' } }))).toBe('Redeploy main')
  const nowMs = Date.parse('2026-05-01T10:00:09.000Z')
  expect(deploymentMs(aDeployment(), nowMs)).toBe(9000)
  expect(deploymentMs(aDeployment({ status: 'failed' }), nowMs)).toBeNull()
  expect(deploymentMs(aDeployment({ status: 'pending', metadata: { startedAt: null } }), nowMs)).toBeNull()
})
