import { useState } from 'react'
import { screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { environmentsQuery } from '@/api/environments'
import { CommandPalette } from '@/components/CommandPalette'
import { usePaletteKey } from '@/lib/use-palette-key'
import { startFakeServer } from './fake-server'
import { aSession, anEnvironment, ids } from './fixtures'
import { renderAt } from './render'

const other = '99999999-9999-4999-8999-999999999999'
const environments = [
  anEnvironment({ sessions: [aSession({ currentCommand: 'vim' })] }),
  anEnvironment({ id: other, name: 'billing', status: 'stopped', desiredState: 'stopped', sessions: [] }),
]

function Harness() {
  const [open, setOpen] = useState(false)
  usePaletteKey(() => setOpen((before) => !before))
  return (
    <>
      <main id="main" tabIndex={-1} />
      <button type="button">Somewhere</button>
      <div className="xterm">
        <textarea aria-label="Terminal" />
      </div>
      <CommandPalette open={open} onOpenChange={setOpen} />
    </>
  )
}

function show(at = `/environments/${ids.environment}`, known = true) {
  return renderAt(
    at,
    <Harness />,
    (client) => known && client.setQueryData(environmentsQuery(ids.user).queryKey, environments),
    '/environments?/:environmentId?/sessions?/:sessionId?',
  )
}

const labels = () => screen.getAllByRole('option').map(({ textContent }) => textContent)

test('lists sessions, environments and what can be done, and goes to what is typed', async () => {
  const { user, router } = show()
  await user.click(screen.getByRole('button', { name: 'Somewhere' }))
  await user.keyboard('{Control>}k{/Control}')
  expect(labels()).toEqual(expect.arrayContaining(['In background, orchestrator › mainvim', 'billingStopped']))
  expect(screen.getByRole('option', { name: /^Restart orchestrator/ })).toBeTruthy()
  expect(screen.queryByRole('option', { name: /^Start / })).toBeNull()
  await user.keyboard('bill{Enter}')
  await waitFor(() => expect(router.state.location.pathname).toBe(`/environments/${other}`))
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('Ctrl+K in a terminal stays with its program; Ctrl+Shift+K opens, and Escape gives the focus back', async () => {
  const { user } = show()
  const terminal = screen.getByRole('textbox', { name: 'Terminal' })
  await user.click(terminal)
  await user.keyboard('{Control>}k{/Control}')
  expect(screen.queryByRole('dialog')).toBeNull()
  await user.keyboard('{Control>}{Shift>}K{/Shift}{/Control}')
  expect(screen.getByRole('dialog', { name: 'Find' })).toBeTruthy()
  await user.keyboard('{Escape}')
  await waitFor(() => expect(document.activeElement).toBe(terminal))
})

test('a verb that ends programs asks first', async () => {
  const { user } = show()
  await user.keyboard('{Control>}k{/Control}stop orch{Enter}')
  expect(await screen.findByRole('alertdialog', { name: /Stop orchestrator/ })).toBeTruthy()
})

test('says so when nothing matches, and while environments are on their way', async () => {
  startFakeServer({ [`GET /api/environments/user/${ids.user}`]: () => new Promise(() => undefined) })
  const { user } = show('/', false)
  await user.keyboard('{Control>}k{/Control}')
  expect(screen.getByText('Environments are being loaded.')).toBeTruthy()
  await user.keyboard('qqq')
  expect(screen.getAllByRole('status').map(({ textContent }) => textContent)).toContain('Nothing matches “qqq”.')
})
