import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { toast } from 'sonner'
import { logoutMutation } from '@/api/auth'
import { describeError } from '@/api/errors'
import { useAction } from './use-action'

/** Ends the sign-in and leaves nothing of it on the page. */
export function useSignOut() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { run: logout, pending } = useAction(logoutMutation())
  const signOut = () =>
    logout(undefined, {
      onSuccess: () => void Promise.resolve(navigate('/login')).then(() => client.clear()),
      onError: (error) => toast.error(describeError(error).title),
    })
  return { signOut, pending }
}
