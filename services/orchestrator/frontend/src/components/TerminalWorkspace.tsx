/**
 * The terminal page of one environment: a tab per session, the visited ones kept alive behind the shown one, so that
 * going back to a session needs no new connection.
 */
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useQuery } from '@tanstack/react-query'
import { ChevronRightIcon, CircleDotIcon, CircleStopIcon, PencilIcon, Trash2Icon, UsersIcon } from 'lucide-react'
import type { Environment, Session, TerminalWatcher } from '@craftastic/contract'
import { sessionsQuery } from '@/api/sessions'
import { DeleteSessionDialog } from '@/components/DeleteSessionDialog'
import { GitBeside } from '@/components/GitBeside'
import { GitToggle } from '@/components/GitToggle'
import { Notice } from '@/components/Notice'
import { PageBar } from '@/components/PageBar'
import { RecordingTime } from '@/components/RecordingMark'
import { RestoredTag } from '@/components/RestoredTag'
import { ShareSessionDialog } from '@/components/ShareSessionDialog'
import { currentTabId, SessionTabs } from '@/components/SessionTabs'
import { SplitHandle } from '@/components/SplitHandle'
import { SplitPane } from '@/components/SplitPane'
import { TerminalBoundary } from '@/components/TerminalBoundary'
import { TerminalLinkHint } from '@/components/TerminalLinkHint'
import { TerminalMenu } from '@/components/TerminalMenu'
import { TerminalState } from '@/components/TerminalState'
import { TerminalWatchers } from '@/components/TerminalWatchers'
import { TerminalView, type TerminalHandle } from '@/components/TerminalView'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { useOfferCommands } from '@/lib/page-commands'
import { answerBell, ringBell, useRungSessions } from '@/lib/rung-sessions'
import { useOfferSplit } from '@/lib/session-way'
import { isAlive, sessionLabel } from '@/lib/status'
import { bringToFront, splitRatioChoice } from '@/lib/split'
import { useChoice } from '@/lib/stored'
import type { TerminalPhase } from '@/lib/terminal-connection'
import { useTabOrder } from '@/lib/tab-order'
import { useRecord } from '@/lib/use-record'
import { usePageVisible } from '@/lib/use-page-visible'
import { useGitSide } from '@/lib/use-git-side'
import { useSplit } from '@/lib/use-split'
import { useTerminalLook } from '@/lib/use-terminal-look'
import { useViewMode } from '@/lib/use-view-mode'
import { useVisited } from '@/lib/use-visited'
import { useTerminalKeys } from '@/lib/use-terminal-keys'
import { terminalPath, useNewTerminal } from '@/lib/use-terminals'

const keptAlive = 6
const noSessions: Session[] = []

export function TerminalWorkspace({ environment, sessionId: leftId }: { environment: Environment; sessionId: string }) {
  const navigate = useNavigate()
  const running = environment.status === 'running'
  const { data, isFetching } = useQuery({ ...sessionsQuery(environment.id), enabled: running })
  const { tabs: sessions, moveTab } = useTabOrder(environment.id, data ?? environment.sessions ?? noSessions)
  const {
    split,
    wide,
    inFront: sessionId,
    setSide,
    pathTo,
    show,
    showBeside,
    close,
  } = useSplit(environment.id, leftId, sessions)
  useOfferSplit(environment.id, split, show)
  const [ratio, setRatio] = useChoice(splitRatioChoice)
  const current = sessions.find(({ id }) => id === sessionId)
  const visited = useVisited(sessionId, keptAlive)
  const { open: openNew, pending: creating } = useNewTerminal()

  const { record, pending: switching } = useRecord()
  const recordable = current !== undefined && isAlive(current, environment) && !switching
  const [renamingId, setRenamingId] = useState<string | null>(null)
  /** Whom the question is about: the session that was shown when it was asked. It stays while the dialog closes. */
  const [toDelete, setToDelete] = useState<{ session: Session; open: boolean } | null>(null)
  const [toShare, setToShare] = useState<{ session: Session; open: boolean } | null>(null)
  const [phases, setPhases] = useState<ReadonlyMap<string, TerminalPhase>>(new Map())
  const [watchers, setWatchers] = useState<ReadonlyMap<string, readonly TerminalWatcher[]>>(new Map())
  const [titles, setTitles] = useState<ReadonlyMap<string, string>>(new Map())
  const heard = useRungSessions()
  const rung = useMemo(() => new Set(sessions.flatMap(({ id }) => (heard.has(id) ? [id] : []))), [heard, sessions])
  const shown = useRef<TerminalHandle>(null)
  const pageVisible = usePageVisible()
  const { modeOf, takePart } = useViewMode(sessionId)
  const gitPanel = useRef<HTMLDivElement>(null)
  /** Sessions without a worktree share the workspace, and what is known of it. */
  const treeOf = current?.branch ? sessionId : undefined
  const git = useGitSide(gitPanel, () => shown.current?.focus())

  const look = useTerminalLook()

  const startNew = running ? () => openNew(environment.id, sessions, ({ id }) => show(id)) : undefined
  const openBeside = () => {
    const others = sessions.filter(({ id }) => id !== leftId)
    const next = others.find(({ id }) => visited.includes(id)) ?? others[0]
    if (next) showBeside(next.id)
    else if (running) openNew(environment.id, sessions, ({ id }) => showBeside(id))
  }
  const placeOf = (id: string) => {
    if (id === leftId) return split.rightId ? 'left' : 'whole'
    return id === split.rightId ? 'right' : null
  }
  useTerminalKeys((shortcut) => {
    if (shortcut.name === 'leave') document.getElementById(currentTabId)?.focus()
    else if (shortcut.name === 'search') shown.current?.searchHistory()
    else if (shortcut.name === 'new') startNew?.()
    else if (shortcut.name === 'git') git.press()
    else if (shortcut.name === 'session') {
      const target = sessions[shortcut.index]
      if (target) show(target.id)
    } else if (split.rightId) setSide(split.side === 'left' ? 'right' : 'left')
    else if (wide) openBeside()
  })

  useOfferCommands(
    useMemo(
      () =>
        current === undefined
          ? []
          : [
              ...(recordable
                ? [
                    {
                      id: 'record-session',
                      label: `${current.recordingSince ? 'Stop recording' : 'Record'} session ${sessionLabel(current)}`,
                      keywords: ['recording', 'asciicast'],
                      look: current.recordingSince ? CircleStopIcon : CircleDotIcon,
                      run: () => record(current),
                    },
                  ]
                : []),
              {
                id: 'share-session',
                label: `Share session ${sessionLabel(current)}`,
                keywords: ['invite', 'watch', 'pair', 'view only', 'link'],
                look: UsersIcon,
                run: () => setToShare({ session: current, open: true }),
              },
              {
                id: 'rename-session',
                label: `Rename session ${sessionLabel(current)}`,
                look: PencilIcon,
                run: () => setRenamingId(current.id),
              },
              {
                id: 'delete-session',
                label: `Delete session ${sessionLabel(current)}`,
                look: Trash2Icon,
                run: () => setToDelete({ session: current, open: true }),
              },
            ],
      [current, recordable, record],
    ),
  )

  // A bell is answered by looking.
  const seen = pageVisible ? [leftId, split.rightId].find((id) => id !== null && rung.has(id)) : undefined
  useLayoutEffect(() => {
    if (seen) answerBell(seen)
  }, [seen])
  const label = current ? sessionLabel(current) : 'Terminal'
  const asked = toDelete && (sessions.find(({ id }) => id === toDelete.session.id) ?? toDelete.session)

  return (
    <>
      <title>{`${rung.size > 0 ? '● ' : ''}${titles.get(sessionId) || label} · ${environment.name}`}</title>
      <PageBar>
        <Link
          to={`/environments/${environment.id}`}
          title={environment.name}
          className="hidden max-w-48 shrink-0 truncate rounded-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring md:block"
        >
          {environment.name}
        </Link>
        <ChevronRightIcon aria-hidden="true" className="hidden size-3.5 shrink-0 text-border-strong md:block" />
        <SessionTabs
          environment={environment}
          sessions={sessions}
          currentId={sessionId}
          rung={rung}
          titles={titles}
          renamingId={renamingId}
          onRename={setRenamingId}
          onMove={moveTab}
          onRenamed={() => {
            setRenamingId(null)
            shown.current?.focus()
          }}
          onEnter={() => shown.current?.focus()}
          pathTo={pathTo}
          onShow={(id) => setSide(bringToFront(split, id).side)}
          onNew={startNew}
          creating={creating}
        />
        {current && (
          <>
            {isAlive(current, environment) && <RestoredTag session={current} className="max-sm:hidden" />}
            {isAlive(current, environment) && current.recordingSince && (
              <RecordingTime since={current.recordingSince} className="px-1" />
            )}
            {phases.get(sessionId)?.name === 'connected' && (
              <TerminalWatchers watchers={watchers.get(sessionId) ?? []} />
            )}
            <TerminalState phase={phases.get(sessionId)} />
            <span className="hidden shrink-0 items-center gap-1 text-xs text-muted-foreground xl:flex">
              <Kbd>Ctrl</Kbd>
              <Kbd>Shift</Kbd>
              <Kbd>M</Kbd>
              <span className="ml-1">leaves the terminal</span>
            </span>
            <GitToggle
              tree={{ environmentId: environment.id, sessionId: treeOf }}
              running={running}
              command={current.currentCommand ?? null}
              open={git.open}
              onToggle={git.toggle}
            />
            <TerminalMenu
              onSearch={() => shown.current?.searchHistory()}
              own={{
                session: current,
                onBeside: wide && !split.rightId ? openBeside : undefined,
                onRecord: recordable ? () => record(current) : undefined,
                onShare: () => setToShare({ session: current, open: true }),
                onRename: () => setRenamingId(sessionId),
                onDelete: () => setToDelete({ session: current, open: true }),
              }}
            />
          </>
        )}
      </PageBar>

      <GitBeside
        environment={environment}
        treeOf={treeOf}
        terminalColour={look.scheme.colours.background}
        open={git.open}
        wide={git.wide}
        onClose={git.close}
        panel={gitPanel}
      >
        {!current && !isFetching && (
          <Notice
            title="This session no longer exists"
            action={
              <Button asChild variant="outline">
                <Link to={`/environments/${environment.id}`}>Go to the environment</Link>
              </Button>
            }
          >
            It was deleted, or the address is not complete.
          </Notice>
        )}
        {sessions
          .filter(({ id }) => visited.includes(id) || placeOf(id) !== null)
          .map((session) => (
            <SplitPane
              key={session.id}
              place={placeOf(session.id)}
              ratio={ratio}
              label={sessionLabel(session)}
              focused={session.id === sessionId}
              onFocus={() => setSide(session.id === split.rightId ? 'right' : 'left')}
              onClose={() => {
                close(session.id === split.rightId ? 'right' : 'left')
                shown.current?.focus()
              }}
            >
              <TerminalBoundary hidden={placeOf(session.id) === null}>
                <TerminalView
                  ref={session.id === sessionId ? shown : undefined}
                  session={session}
                  place={{ environment }}
                  visible={placeOf(session.id) !== null}
                  focused={session.id === sessionId}
                  mode={modeOf(session.id)}
                  look={look}
                  onPhase={(phase) => setPhases((before) => new Map(before).set(session.id, phase))}
                  onWatchers={(present) => setWatchers((before) => new Map(before).set(session.id, present))}
                  onTakePart={() => takePart(session.id)}
                  onTitle={(title) => setTitles((before) => new Map(before).set(session.id, title))}
                  onBell={() => ringBell(session.id)}
                />
              </TerminalBoundary>
            </SplitPane>
          ))}
        {split.rightId && <SplitHandle label="Width of the two terminals" ratio={ratio} onChange={setRatio} />}
        <TerminalLinkHint />
      </GitBeside>
      {toShare && (
        <ShareSessionDialog
          session={toShare.session}
          open={toShare.open}
          onOpenChange={(open) => setToShare({ session: toShare.session, open })}
        />
      )}
      {asked && (
        <DeleteSessionDialog
          session={asked}
          alive={isAlive(asked, environment)}
          running={running}
          open={toDelete.open}
          onOpenChange={(open) => setToDelete({ session: asked, open })}
          onDeleted={() => {
            if (asked.id === split.rightId) return close('right')
            if (asked.id !== leftId) return
            if (split.rightId) return close('left')
            const next = sessions.find(({ id }) => id !== asked.id)
            void navigate(next ? terminalPath(next) : `/environments/${environment.id}`)
          }}
        />
      )}
    </>
  )
}
