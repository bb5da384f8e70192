import type { QueryClient } from '@tanstack/react-query'
import { createBrowserRouter, redirect, type LoaderFunctionArgs } from 'react-router'
import { meQuery } from '@/api/auth'
import { environmentQuery, environmentsQuery } from '@/api/environments'
import { hasCode } from '@/api/errors'
import { Shell } from '@/components/Shell'
import { loginPath } from '@/lib/return-path'
import { NotFound, RouteFailure } from '@/pages/RouteFailure'

/** A page asks again for what a loader only began to fetch, and shows why it failed. */
const shownByThePage = () => undefined

export function createRouter(client: QueryClient) {
  /** Nothing of the app is shown to somebody unknown. The list is asked for at once; its pages wait for it themselves. */
  const requireUser = async ({ request }: LoaderFunctionArgs) => {
    try {
      const user = await client.query({ ...meQuery(), staleTime: 'static' })
      void client.query(environmentsQuery(user.id)).catch(shownByThePage)
      return null
    } catch (error) {
      if (!hasCode(error, 'not_signed_in')) throw error
      const { pathname, search } = new URL(request.url)
      return redirect(loginPath(pathname + search))
    }
  }

  const prefetchEnvironment = ({ params }: LoaderFunctionArgs) => {
    const { environmentId } = params
    if (environmentId === undefined) return null
    const fetchForUser = async () => {
      await client.query({ ...meQuery(), staleTime: 'static' })
      await client.query(environmentQuery(environmentId))
    }
    void fetchForUser().catch(shownByThePage)
    return null
  }

  return createBrowserRouter([
    {
      path: '/login',
      lazy: () => import('@/pages/LoginPage'),
      hydrateFallbackElement: <></>,
      errorElement: <RouteFailure />,
    },
    {
      path: '/setup',
      lazy: () => import('@/pages/SetupPage'),
      hydrateFallbackElement: <></>,
      errorElement: <RouteFailure />,
    },
    {
      path: '/',
      element: <Shell />,
      loader: requireUser,
      // The person is asked for once; a change of page is no reason to wait for the loader again.
      shouldRevalidate: () => false,
      hydrateFallbackElement: <></>,
      errorElement: <RouteFailure />,
      children: [
        {
          errorElement: <RouteFailure />,
          children: [
            { index: true, lazy: () => import('@/pages/DashboardPage') },
            {
              path: 'environments/:environmentId',
              loader: prefetchEnvironment,
              lazy: () => import('@/pages/EnvironmentPage'),
            },
            {
              path: 'environments/:environmentId/git',
              loader: prefetchEnvironment,
              lazy: () => import('@/pages/GitPage'),
            },
            {
              path: 'environments/:environmentId/sessions/:sessionId',
              loader: prefetchEnvironment,
              lazy: () => import('@/pages/TerminalPage'),
            },
            {
              path: 'environments/:environmentId/deployments/:deploymentId',
              loader: prefetchEnvironment,
              lazy: () => import('@/pages/DeploymentPage'),
            },
            {
              path: 'environments/:environmentId/recordings/:fileName',
              lazy: () => import('@/pages/RecordingPage'),
            },
            { path: 'shared/:sessionId', lazy: () => import('@/pages/SharedPage') },
            { path: 'settings/kept-work', lazy: () => import('@/pages/KeptWorkPage') },
            { path: 'settings/git', lazy: () => import('@/pages/GitSettingsPage') },
            { path: '*', element: <NotFound /> },
          ],
        },
      ],
    },
  ])
}
