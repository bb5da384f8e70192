import { render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { MemoryRouter, Link, Route, Routes, useLocation, useParams } from 'react-router'
import userEvent from '@testing-library/user-event'
import { TerminalWatchers } from '@/components/TerminalWatchers'
import { TooltipProvider } from '@/components/ui/tooltip'
import { ViewOnlyNote } from '@/components/ViewOnlyNote'
import { terminalUrl } from '@/lib/terminal-socket'
import { useViewMode } from '@/lib/use-view-mode'
import { ids } from './fixtures'

const ada = { id: ids.session, name: 'Ada', mode: 'edit', self: true } as const
const bob = { id: ids.environment, name: 'Bob', mode: 'view', self: false } as const

test('says nothing to who is alone, and names everybody to a keyboard', async () => {
  const { rerender, container } = render(<TerminalWatchers watchers={[ada]} />, { wrapper: TooltipProvider })
  expect(container.childElementCount).toBe(0)
  rerender(<TerminalWatchers watchers={[ada, bob]} />)
  await userEvent.tab()
  expect(document.activeElement).toBe(screen.getByRole('button', { name: '2 watching' }))
  const list = await screen.findByRole('tooltip')
  expect(list.textContent).toContain('Ada (you): typing allowed')
  expect(list.textContent).toContain('Bob: view only')
})

test('who types while watching reads why nothing happens', async () => {
  const onTakePart = vi.fn()
  const { rerender } = render(<ViewOnlyNote refusals={0} onTakePart={onTakePart} />)
  expect(screen.getByRole('status').textContent).toBe('View only')
  rerender(<ViewOnlyNote refusals={1} onTakePart={onTakePart} />)
  expect(screen.getByRole('status').textContent).toContain('You are only watching.')
  await userEvent.click(screen.getByRole('button', { name: 'Take part' }))
  expect(onTakePart).toHaveBeenCalledOnce()
})

function Page() {
  const { id = '' } = useParams()
  const { search } = useLocation()
  const { modeOf, takePart } = useViewMode(id)
  return (
    <>
      <p>{`${id} ${modeOf(id)} ${search}`}</p>
      <button onClick={() => takePart(id)}>Take part</button>
      <Link to="/a">to a</Link>
      <Link to="/b">to b</Link>
    </>
  )
}

test('a session stays view only until its person takes part', async () => {
  const page = (
    <Routes>
      <Route path="/:id" element={<Page />} />
    </Routes>
  )
  render(<MemoryRouter initialEntries={['/a?mode=view']}>{page}</MemoryRouter>)
  const is = (words: string) => expect(screen.getByRole('paragraph').textContent.trim()).toBe(words)
  is('a view ?mode=view')
  await userEvent.click(screen.getByRole('link', { name: 'to b' }))
  is('b edit')
  await userEvent.click(screen.getByRole('link', { name: 'to a' }))
  is('a view')
  await userEvent.click(screen.getByRole('button', { name: 'Take part' }))
  is('a edit')
})

test('the socket carries the mode', () => {
  expect(terminalUrl({ sessionId: ids.session, cols: 80, rows: 24, mode: 'view', input: 'x' })).toMatch(/[?&]mode=view/)
})
