/** A repository in the workspace of an environment, made and looked at from inside, past the server. */
import type { ApiAnswer, ApiClient } from '@craftastic/testing/api-client'
import { GitStatus, Problem, type ErrorCode } from '@craftastic/contract'
import { expect } from 'vitest'
import { inContainer } from './engine-cli.ts'

export type GitRepository = ReturnType<typeof openGitRepository>

export function openGitRepository(api: ApiClient, environmentId: string) {
  /** Runs a script in the workspace; answers what it printed. */
  const sh = (script: string) => inContainer(environmentId, 'sh', '-ec', `cd /workspace\n${script}`)
  const post = (verb: string, body: object): Promise<ApiAnswer> =>
    api.request('POST', `/api/git/${verb}`, { body: { environmentId, ...body } })
  return {
    environmentId,
    sh,
    post,
    /** Removes everything and makes a repository with one commit of the file `a`. */
    reset: () =>
      sh(`find . -mindepth 1 -delete
git init -q -b main .
git config user.name Tester
git config user.email tester@example.org
printf 'one\\ntwo\\nthree\\n' >a
git add a && git commit -qm first`),
    status: () => api.expect(200, GitStatus, 'GET', `/api/git/status/${environmentId}`),
    /** Path and status of each changed file. */
    async changes(): Promise<Record<string, string>> {
      const { files } = await api.expect(200, GitStatus, 'GET', `/api/git/status/${environmentId}`)
      return Object.fromEntries(files.map(({ path, status }) => [path, status]))
    },
    get: (what: string, query = '') => api.request('GET', `/api/git/${what}/${environmentId}${query}`),
    /** The output of a verb that succeeds. */
    async done(verb: string, body: object = {}): Promise<string> {
      const answer = await post(verb, body)
      expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200, body: { success: true } })
      return (answer.body as { output: string }).output
    },
    /** What is said of a verb that fails with this code. */
    async refused(code: ErrorCode, verb: string, body: object = {}): Promise<string> {
      const problem = Problem.parse((await post(verb, body)).body)
      expect(problem.code, problem.detail).toBe(code)
      return problem.detail
    },
  }
}
