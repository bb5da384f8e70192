import type { ReactElement } from 'react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { meQuery } from '@/api/auth'
import { TooltipProvider } from '@/components/ui/tooltip'
import { AppActionsContext } from '@/lib/app-actions'
import { aUser } from './fixtures'

/** Renders `element` at `at`, with a cache that knows who is signed in. Other paths show their own name. */
export function renderAt(at: string, element: ReactElement, prepare: (client: QueryClient) => void = () => undefined) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  client.setQueryData(meQuery().queryKey, aUser())
  prepare(client)
  const nothing = () => undefined
  const actions = { createEnvironment: nothing, deleteEnvironment: nothing, showHelp: nothing, openDrawer: nothing }
  const router = createMemoryRouter(
    [
      {
        path: '*',
        element: (
          <AppActionsContext value={actions}>
            <TooltipProvider>{element}</TooltipProvider>
          </AppActionsContext>
        ),
      },
    ],
    { initialEntries: [at] },
  )
  const view = render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  )
  return { ...view, client, router, user: userEvent.setup() }
}
