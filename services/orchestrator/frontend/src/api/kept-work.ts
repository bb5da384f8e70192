/** What is kept of deleted environments. It is brought back by creating an environment. */
import { KeptWorkList, Success, type KeptWork } from '@craftastic/contract'
import { mutationOptions, queryOptions } from '@tanstack/react-query'
import { request } from './client'
import { keptWorkKeys } from './keys'

const path = '/api/kept-work'

/** Newest first. */
export const keptWorkQuery = () =>
  queryOptions({
    queryKey: keptWorkKeys.list,
    queryFn: async ({ signal }) => (await request('GET', path, { answer: KeptWorkList, signal })).keptWork,
    // A delete that ends adds to it.
    staleTime: 0,
  })

export const removeKeptWorkMutation = () =>
  mutationOptions({
    mutationFn: ({ id }: KeptWork) => request('DELETE', `${path}/${id}`, { answer: Success }),
    onSettled: (_data, _error, _work, _result, { client }) =>
      client.invalidateQueries({ queryKey: keptWorkKeys.list, exact: true }),
  })

/** Where the browser gets the file, which may be too large to be held by the page. */
export const bundlePath = ({ id }: Pick<KeptWork, 'id'>) => `${path}/${id}/bundle`
