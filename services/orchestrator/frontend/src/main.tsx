import './index.css'
import { StrictMode } from 'react'
import { QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router'
import { z } from 'zod'
import { onSignedOut } from '@/api/client'
import { createQueryClient } from '@/api/query-client'
import { Toaster } from '@/components/ui/sonner'
import { loginPath } from '@/lib/return-path'
import { startTheme } from '@/lib/theme'
import { createRouter } from './router'

// The content security policy forbids code from strings, which the schema library would otherwise try.
z.config({ jitless: true })
startTheme()

const client = createQueryClient()
const router = createRouter(client)

onSignedOut(() => {
  const { pathname, search } = router.state.location
  if (pathname === '/login' || pathname === '/setup') return
  void router.navigate(loginPath(pathname + search), { replace: true }).then(() => client.clear())
})

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element "root"')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <Toaster />
    </QueryClientProvider>
  </StrictMode>,
)
