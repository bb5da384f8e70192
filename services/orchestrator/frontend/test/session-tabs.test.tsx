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
    renamingId: null,
    onRename: vi.fn(),
    onMove: vi.fn(),
    onRenamed: vi.fn(),
    onEnter: vi.fn(),
    pathTo: (id: string) => `/terminals/${id}`,
    onShow: vi.fn(),
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

test('a tab names the program that is more than a shell, and the title of one that is not open', () => {
  const sessions = [
    aSession({ currentCommand: 'bash' }),
    { ...second, currentCommand: 'vim', title: 'notes.txt' },
    aSession({ id: ids.user, name: 'gone', status: 'dead', currentCommand: 'vim' }),
  ]
  show({ sessions })
  const tabs = screen.getAllByRole('link')
  expect(tabs.map((tab) => tab.textContent)).toEqual(['In background, main', 'Attached, testsvim', 'Ended, gone'])
  expect(tabs[1]?.getAttribute('title')).toBe('tests · notes.txt · Ctrl+2')
})

test('the shown tab leads back into its terminal, another one to its page', async () => {
  const { user, props, router } = show()
  await user.click(screen.getByRole('link', { name: /main/ }))
  expect(props.onEnter).toHaveBeenCalledTimes(1)
  await user.click(screen.getByRole('link', { name: /tests/ }))
  expect(props.onEnter).toHaveBeenCalledTimes(1)
  expect(props.onShow).toHaveBeenCalledExactlyOnceWith(second.id)
  expect(router.state.location.pathname).toBe(`/terminals/${second.id}`)
})

test('a new terminal is offered only where one can be made', async () => {
  const { user, props, unmount } = show()
  await user.click(screen.getByRole('button', { name: 'New terminal' }))
  expect(props.onNew).toHaveBeenCalledTimes(1)
  unmount()
  show({ onNew: undefined })
  expect(screen.queryByRole('button', { name: 'New terminal' })).toBeNull()
})

test('a tab moves by keyboard, says where it is now, and is renamed with F2 or a double click', async () => {
  const { user, props } = show()
  screen.getByRole('link', { name: /main/ }).focus()
  await user.keyboard('{Control>}{Shift>}{ArrowLeft}{/Shift}{/Control}')
  expect(props.onMove).not.toHaveBeenCalled()
  await user.keyboard('{Control>}{Shift>}{ArrowRight}{/Shift}{/Control}')
  expect(props.onMove).toHaveBeenCalledWith(ids.session, 1)
  expect(screen.getByRole('status').textContent).toBe('main is now 2 of 2')
  await user.keyboard('{F2}')
  expect(props.onRename).toHaveBeenLastCalledWith(ids.session)
  await user.dblClick(screen.getByRole('link', { name: /tests/ }))
  expect(props.onRename).toHaveBeenLastCalledWith(second.id)
})

test('a tab moves by dragging, and the click at the end of it goes nowhere', async () => {
  const { user, props, router } = show({ currentId: second.id })
  const tab = screen.getByRole('link', { name: /main/ })
  await user.pointer([
    { keys: '[MouseLeft>]', target: tab, coords: { clientX: 10 } },
    { target: tab, coords: { clientX: 200 } },
    { keys: '[/MouseLeft]', target: tab },
  ])
  expect(props.onMove).toHaveBeenCalledWith(ids.session, 1)
  expect(router.state.location.pathname).toBe('/')
})
