import { useIsMutating, useMutation } from '@tanstack/react-query'
import { gitMutation, type GitAnswer, type GitInput, type GitVerb } from '@/api/git-verbs'
import { gitKeys } from '@/api/keys'
import { useGit, type GitFailure } from './git-context'

/** A verb of the panel's repository. What goes wrong is shown in the panel. */
export function useGitVerb<Verb extends GitVerb>(verb: Verb) {
  const { tree, fail } = useGit()
  const { mutateAsync, isPending } = useMutation(gitMutation(tree, verb))
  const run = async (
    input: GitInput<Verb>,
    context: Omit<GitFailure, 'verb' | 'error'> = {},
  ): Promise<GitAnswer<Verb> | null> => {
    fail(null)
    try {
      return await mutateAsync(input)
    } catch (error) {
      fail({ verb, error, ...context })
      return null
    }
  }
  return { run, pending: isPending }
}

/** Whether any of `verbs` is under way in the panel's repository, whoever began it. */
export function useGitBusy(...verbs: GitVerb[]): boolean {
  const { tree } = useGit()
  const mutationKey = gitKeys.verbs(tree)
  const predicate = ({ options }: { options: { mutationKey?: readonly unknown[] } }) =>
    verbs.some((verb) => verb === options.mutationKey?.at(-1))
  return useIsMutating({ mutationKey, predicate }) > 0
}
