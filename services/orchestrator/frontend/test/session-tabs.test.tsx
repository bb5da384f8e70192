import type { ComponentProps } from 'react'
import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { SessionTabs } from '@/components/SessionTabs'
import { aSession, anEnvironment, ids } from './fixtures'
import { renderAt } from './render'

const second = aSession({ id: '99999999-9999-4999-8999-999999999999', name: 'tests', status: 'active' })

function show(part: Partial<ComponentProps<typeof SessionTabs>> = {}) {
  const props = {
    environment: anEnvironment(),
    sessions: [aSession(), second],
    currentId: ids.session,
    rung: new Set<string>(),
    titles: new Map<string, string>(),
    renaming: false,
    onRenamed: vi.fn(),
    onEnter: vi.fn(),
    onNew: vi.fn(),
    creating: false,
    ...part,
  }
  return { ...renderAt('/', <SessionTabs {...props} />), props }
}

test('shows the sessions in order, with the shown one marked', () => {
  show()
  const tabs = screen.getAllByRole('link')
  expect(tabs.map((tab) => tab.textContent)).toEqual(['In background, main', 'Attached, tests'])
  expect(tabs.map((tab) => tab.getAttribute('aria-current'))).toEqual(['page', null])
  expect(tabs[1]?.getAttribute('title')).toBe('tests · Ctrl+2')
})

test('a bell that nobody saw is on its tab, and so is the title of the program', () => {
  show({ rung: new Set([second.id]), titles: new Map([[second.id, 'vim notes']]) })
  const tab = screen.getByRole('link', { name: /Bell rang,\s*tests/ })
  expect(tab.getAttribute('title')).toContain('vim notes')
})

test('the shown tab leads back into its terminal, another one to its page', async () => {
  const { user, props, router } = show()
  await user.click(screen.getByRole('link', { name: /main/ }))
  expect(props.onEnter).toHaveBeenCalledTimes(1)
  await user.click(screen.getByRole('link', { name: /tests/ }))
  expect(props.onEnter).toHaveBeenCalledTimes(1)
  expect(router.state.location.pathname).toBe(`/environments/${ids.environment}/sessions/${second.id}`)
})

test('a new terminal is offered only where one can be made', async () => {
  const { user, props, unmount } = show()
  await user.click(screen.getByRole('button', { name: 'New terminal' }))
  expect(props.onNew).toHaveBeenCalledTimes(1)
  unmount()
  show({ onNew: undefined })
  expect(screen.queryByRole('button', { name: 'New terminal' })).toBeNull()
})
