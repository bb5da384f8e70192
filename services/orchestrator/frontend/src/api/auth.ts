import { SetupState, SignedIn, User, type Login, type SetupFirstAdmin } from '@craftastic/contract'
import { mutationOptions, queryOptions } from '@tanstack/react-query'
import { NoContent, request } from './client'

export const setupStateQuery = () =>
  queryOptions({
    queryKey: ['auth', 'setup'],
    queryFn: ({ signal }) => request('GET', '/api/auth/setup', { answer: SetupState, signal, anonymous: true }),
  })

/** Who is signed in. Fails with `not_signed_in` when nobody is. */
export const meQuery = () =>
  queryOptions({
    queryKey: ['auth', 'me'],
    queryFn: ({ signal }) => request('GET', '/api/auth/me', { answer: User, signal }),
    staleTime: 5 * 60_000,
  })

export const loginMutation = () =>
  mutationOptions({
    mutationFn: (input: Login) =>
      request('POST', '/api/auth/login', { answer: SignedIn, body: input, anonymous: true }),
    onSuccess: ({ user }, _input, _result, { client }) => {
      client.clear()
      client.setQueryData(meQuery().queryKey, user)
    },
  })

export const setupMutation = () =>
  mutationOptions({
    mutationFn: (input: SetupFirstAdmin) =>
      request('POST', '/api/auth/setup', { answer: SignedIn, body: input, anonymous: true }),
    onSuccess: ({ user }, _input, _result, { client }) => {
      client.clear()
      client.setQueryData(meQuery().queryKey, user)
    },
  })

export const logoutMutation = () =>
  mutationOptions({
    mutationFn: () => request('POST', '/api/auth/logout', { answer: NoContent, anonymous: true }),
  })
