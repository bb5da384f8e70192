import { QueryClient } from '@tanstack/react-query'
import { mayPass } from './client'

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Events keep the caches true; a read only fills them and heals what was missed.
        staleTime: 30_000,
        // Reads go to the page's own server: whether the browser believes in a network says nothing about it.
        networkMode: 'always',
        retry: (failures, error) => failures < 2 && mayPass(error),
        retryDelay: (attempt) => Math.min(4000, 500 * 2 ** attempt),
      },
      mutations: { networkMode: 'always' },
    },
  })
}
