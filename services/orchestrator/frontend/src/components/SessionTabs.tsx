import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { PlusIcon } from 'lucide-react'
import { Link } from 'react-router'
import type { Environment, Session } from '@craftastic/contract'
import { Hint } from '@/components/Hint'
import { RecordingDot } from '@/components/RecordingMark'
import { RungBell } from '@/components/RungBell'
import { SessionBranch } from '@/components/SessionBranch'
import { SessionRename } from '@/components/SessionRename'
import { Spinner } from '@/components/Spinner'
import { StatusDot } from '@/components/StatusDot'
import { Button } from '@/components/ui/button'
import { programOf } from '@/lib/programs'
import { isAlive, presentSession, sessionLabel } from '@/lib/status'
import { useScrollEdges } from '@/lib/use-scroll-edges'
import { useTabDrag } from '@/lib/use-tab-drag'
import { cn } from '@/lib/utils'

interface Props {
  environment: Environment
  sessions: readonly Session[]
  currentId: string
  /** Sessions whose bell rang unseen. */
  rung: ReadonlySet<string>
  titles: ReadonlyMap<string, string>
  renamingId: string | null
  onRename: (sessionId: string) => void
  onMove: (sessionId: string, place: number) => void
  onRenamed: () => void
  /** The tab of the shown session was chosen again. */
  onEnter: () => void
  pathTo: (sessionId: string) => string
  /** The tab of another session was chosen. */
  onShow: (sessionId: string) => void
  /** Undefined where no session can be made. */
  onNew: (() => void) | undefined
  creating: boolean
}

/** The sessions of one environment, in the order of Ctrl+1…9. */
export function SessionTabs(props: Props) {
  const {
    environment,
    sessions,
    currentId,
    rung,
    titles,
    renamingId,
    onRename,
    onMove,
    onRenamed,
    onEnter,
    pathTo,
    onShow,
    onNew,
    creating,
  } = props
  const current = useRef<HTMLLIElement>(null)

  const { list, draggingId, onPointerDown, wasDragged } = useTabDrag(onMove)
  useScrollEdges(list, sessions)
  const [news, setNews] = useState('')
  const focusAfterMove = useRef<string | null>(null)

  // A node that changes its place loses the focus.
  useLayoutEffect(() => {
    const id = focusAfterMove.current
    focusAfterMove.current = null
    if (id) list.current?.querySelector<HTMLElement>(`[data-tab="${id}"] a`)?.focus()
  }, [sessions, list])

  const pressOnTab = (session: Session, index: number, event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    if (event.key === 'F2') onRename(session.id)
    else if (step !== 0 && event.ctrlKey && event.shiftKey) {
      const place = Math.min(sessions.length - 1, Math.max(0, index + step))
      if (place !== index) {
        focusAfterMove.current = session.id
        onMove(session.id, place)
        setNews(`${sessionLabel(session)} is now ${place + 1} of ${sessions.length}`)
      }
    } else return
    event.preventDefault()
  }

  useEffect(() => {
    // Newer browsers answer a promise, which must not become the effect's clean-up.
    void current.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [currentId])

  return (
    <nav aria-label="Sessions" className="flex min-w-0 flex-1 items-center gap-1 overflow-hidden">
      <span role="status" className="sr-only">
        {news}
      </span>
      <ul
        ref={list}
        className="relative flex min-w-0 [scrollbar-width:none] gap-1 overflow-x-auto p-0.5 data-after:mask-r-from-[calc(100%-2rem)] data-before:mask-l-from-[calc(100%-2rem)]"
      >
        {sessions.map((session, index) => {
          const active = session.id === currentId
          return (
            <li
              key={session.id}
              ref={active ? current : undefined}
              data-tab={session.id}
              className={cn('shrink-0 rounded-md', draggingId === session.id && 'bg-accent ring-1 ring-ring')}
            >
              {renamingId === session.id ? (
                <SessionRename session={session} onDone={onRenamed} className="ml-2" />
              ) : (
                <Tab
                  session={session}
                  environment={environment}
                  active={active}
                  place={index + 1}
                  rung={rung.has(session.id)}
                  title={titles.get(session.id) || session.title || undefined}
                  to={pathTo(session.id)}
                  onEnter={active ? onEnter : () => onShow(session.id)}
                  onRename={() => onRename(session.id)}
                  onKeyDown={(event) => pressOnTab(session, index, event)}
                  onPointerDown={(event) => onPointerDown(session.id, event)}
                  wasDragged={wasDragged}
                />
              )}
            </li>
          )
        })}
      </ul>
      {onNew && (
        <Hint text="New terminal · Ctrl+Shift+Enter">
          <Button variant="ghost" size="icon-sm" disabled={creating} onClick={onNew}>
            {creating ? <Spinner /> : <PlusIcon />}
            <span className="sr-only">New terminal</span>
          </Button>
        </Hint>
      )}
    </nav>
  )
}

/** Where Ctrl+Shift+M puts the focus. */
export const currentTabId = 'current-session-tab'

function Tab({
  session,
  environment,
  active,
  place,
  rung,
  title,
  to,
  onEnter,
  onRename,
  onKeyDown,
  onPointerDown,
  wasDragged,
}: {
  session: Session
  environment: Environment
  active: boolean
  place: number
  rung: boolean
  title: string | undefined
  to: string
  onEnter: () => void
  onRename: () => void
  onKeyDown: (event: KeyboardEvent) => void
  onPointerDown: (event: PointerEvent) => void
  wasDragged: () => boolean
}) {
  const { tone, word } = presentSession(session, environment)
  const label = sessionLabel(session)
  const program = isAlive(session, environment) ? programOf(session) : null
  return (
    <Link
      to={to}
      onClick={(event) => {
        if (wasDragged()) event.preventDefault()
        else onEnter()
      }}
      onDoubleClick={onRename}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      // The browser would drag the link's address.
      draggable={false}
      id={active ? currentTabId : undefined}
      aria-current={active ? 'page' : undefined}
      title={[label, session.branch, title, place <= 9 ? `Ctrl+${place}` : ''].filter(Boolean).join(' · ')}
      className={cn(
        'flex h-8 select-none items-center gap-2 rounded-md px-2.5 outline-none focus-visible:ring-2 focus-visible:ring-ring',
        session.branch === null ? 'max-w-52' : 'max-w-72',
        active ? 'bg-accent font-medium' : 'text-muted-foreground hover:bg-accent/60 hover:text-foreground',
      )}
    >
      {rung ? <RungBell /> : <StatusDot tone={tone} word={word} />}
      <span className="min-w-8 truncate">{label}</span>
      {session.branch !== null && <SessionBranch branch={session.branch} />}
      {program && <span className="truncate font-mono text-xs text-muted-foreground">{program}</span>}
      {session.recordingSince && isAlive(session, environment) && <RecordingDot />}
    </Link>
  )
}
