import type { ReactElement, ReactNode } from 'react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { meQuery } from '@/api/auth'
import { useEnvironmentDialogs } from '@/components/EnvironmentDialogs'
import { TooltipProvider } from '@/components/ui/tooltip'
import { AppActionsContext } from '@/lib/app-actions'
import { aUser } from './fixtures'

const nothing = () => undefined

/** What the shell gives to every page. */
function AppActions({ children }: { children: ReactNode }) {
  const { questions, dialogs } = useEnvironmentDialogs()
  const actions = {
    ...questions,
    createEnvironment: nothing,
    showHelp: nothing,
    showTerminalSettings: nothing,
    openDrawer: nothing,
    openPalette: nothing,
  }
  return (
    <AppActionsContext value={actions}>
      <TooltipProvider>
        {children}
        {dialogs}
      </TooltipProvider>
    </AppActionsContext>
  )
}

/** Renders `element` at `at`, with a cache that knows who is signed in. `route` is for pages with parameters. */
export function renderAt(
  at: string,
  element: ReactElement,
  prepare: (client: QueryClient) => void = () => undefined,
  route = '*',
) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  client.setQueryData(meQuery().queryKey, aUser())
  prepare(client)
  const router = createMemoryRouter(
    [
      {
        path: route,
        element: <AppActions>{element}</AppActions>,
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
