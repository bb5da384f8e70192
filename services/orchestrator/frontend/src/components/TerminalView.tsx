/** Places one terminal on the page and keeps it told: look, visibility, environment. xterm.js itself is in lib. */
import { useEffect, useEffectEvent, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref } from 'react'
import { toast } from 'sonner'
import { useQueryClient } from '@tanstack/react-query'
import type { Session, TerminalMode, TerminalWatcher } from '@craftastic/contract'
import { environmentKeys, sharedSessionKeys } from '@/api/keys'
import { diagnoseSharedTerminal } from '@/api/session-shares'
import { renewSignIn } from '@/api/sign-in'
import { diagnoseTerminal } from '@/api/terminal'
import { fetchAlternateScreen } from '@/api/session-history'
import { InputWaiting } from '@/components/InputWaiting'
import { PasteDialog } from '@/components/PasteDialog'
import { SharedTerminalBanner } from '@/components/SharedTerminalBanner'
import { TerminalBanner } from '@/components/TerminalBanner'
import { TerminalHistory } from '@/components/TerminalHistory'
import { TerminalKeyBar } from '@/components/TerminalKeyBar'
import { ViewOnlyNote } from '@/components/ViewOnlyNote'
import { copyText } from '@/lib/clipboard'
import type { HistoryStart } from '@/lib/history-screen'
import { describeInputLoss } from '@/lib/input-loss'
import { sessionLabel } from '@/lib/status'
import type { TerminalPhase } from '@/lib/terminal-connection'
import { noHeldKeys, type HeldKeys } from '@/lib/terminal-keys'
import type { TerminalPlace } from '@/lib/terminal-place'
import { TerminalScreen } from '@/lib/terminal-screen'
import { useAttachAgain } from '@/lib/use-attach-again'
import { onWake } from '@/lib/wake'
import { loadTerminalFont, type TerminalLook } from '@/lib/xterm'
import { cn } from '@/lib/utils'

export interface TerminalHandle {
  focus(): void
  searchHistory(): void
}

interface Props {
  session: Pick<Session, 'id' | 'name' | 'tmuxSessionName' | 'restoredAt'>
  place: TerminalPlace
  visible: boolean
  /** Visible and the one that keys go to. */
  focused: boolean
  mode: TerminalMode
  look: TerminalLook
  onPhase: (phase: TerminalPhase) => void
  onWatchers: (watchers: readonly TerminalWatcher[]) => void
  /** The person who watches wants to type; undefined where they may not. */
  onTakePart?: () => void
  onBell: () => void
  onTitle: (title: string) => void
  ref?: Ref<TerminalHandle>
}

interface OpenHistory {
  screen: TerminalScreen
  start: HistoryStart
  searches: number
}

function offerCopy(text: string): void {
  toast('A program wants to copy text', {
    description: text.length > 120 ? `${text.slice(0, 120)}…` : text,
    action: { label: 'Copy', onClick: () => void copyText(text) },
  })
}

export function TerminalView(props: Props) {
  const { session, place, visible, focused, mode, look, onTakePart, ref, ...listeners } = props
  const client = useQueryClient()
  const environment = 'shared' in place ? place.shared.environment : place.environment
  const box = useRef<HTMLDivElement>(null)
  const screen = useRef<TerminalScreen>(null)
  const [phase, setPhase] = useState<TerminalPhase>({ name: 'idle' })
  const [refusals, setRefusals] = useState(0)
  const [waitingBytes, setWaitingBytes] = useState(0)
  const [askedPaste, setAskedPaste] = useState<string | null>(null)
  const [heldKeys, setHeldKeys] = useState(noHeldKeys)
  const [history, setHistory] = useState<OpenHistory | null>(null)
  // The screen lives through many renders and must always reach the callbacks of the last one.
  const callbacks = useRef(listeners)
  useLayoutEffect(() => {
    callbacks.current = listeners
  })
  const label = `Terminal, ${sessionLabel(session)}`

  const openHistory = (over: TerminalScreen | null, start: HistoryStart) => {
    if (!over) return
    const searches = start === 'search' ? 1 : 0
    setHistory((before) => ({
      screen: over,
      start: before?.start ?? start,
      searches: (before?.searches ?? 0) + searches,
    }))
  }
  const closeHistory = () => {
    setHistory(null)
    screen.current?.focus()
  }
  if (!visible && history) setHistory(null)

  const open = useEffectEvent((element: HTMLElement) => {
    const opened = new TerminalScreen(element, {
      sessionId: session.id,
      label,
      look,
      visible,
      mode,
      onPhase: (next) => {
        setPhase(next)
        if (next.name === 'connected') setRefusals(0)
        callbacks.current.onPhase(next)
      },
      onWatchers: (watchers) => callbacks.current.onWatchers(watchers),
      onBell: () => callbacks.current.onBell(),
      onTitle: (title) => callbacks.current.onTitle(title),
      onRefused: () => setRefusals((count) => count + 1),
      onInputLost: (bytes, why) => {
        const { title, description } = describeInputLoss(bytes, why)
        toast.error(title, { description })
      },
      onInputWaiting: setWaitingBytes,
      onAskPaste: setAskedPaste,
      onHeldKeysUsed: () => setHeldKeys(noHeldKeys),
      onCopyBlocked: offerCopy,
      onHistory: (start) => openHistory(opened, start),
      isAlternateScreen: () => fetchAlternateScreen(session.id),
      diagnose: () => ('shared' in place ? diagnoseSharedTerminal(client, session.id) : diagnoseTerminal(session.id)),
      renewSignIn: () => renewSignIn(),
    })
    screen.current = opened
    if (focused) opened.focus()
    return opened
  })
  const fontSizePx = useEffectEvent(() => look.fontSizePx)

  useEffect(() => {
    const element = box.current
    if (!element) return
    let left = false
    let opened: TerminalScreen | null = null
    void loadTerminalFont(fontSizePx()).then(() => {
      if (!left) opened = open(element)
    })
    return () => {
      left = true
      opened?.dispose()
      screen.current = null
    }
  }, [session.id])

  useEffect(() => {
    screen.current?.setLook(look)
  }, [look])
  useEffect(() => {
    screen.current?.setLabel(label)
  }, [label])
  useEffect(() => {
    screen.current?.setVisible(visible)
  }, [visible])
  useEffect(() => {
    if (focused) screen.current?.focus()
  }, [focused])

  useEffect(() => {
    screen.current?.setMode(mode)
  }, [mode])

  // A banner that goes takes the focus of its button with it.
  const takeLostFocus = useEffectEvent(() => {
    if (focused && document.activeElement === document.body) screen.current?.focus()
  })
  useEffect(() => {
    if (phase.name === 'connected') takeLostFocus()
  }, [phase.name])

  useEffect(
    () =>
      onWake((wake) => {
        if (wake === 'replaced') screen.current?.connection.replaceSocket()
        else screen.current?.connection.retryNow()
      }),
    [],
  )

  useAttachAgain({
    session,
    environment,
    statusKey: 'shared' in place ? sharedSessionKeys.list : environmentKeys.one(environment.id),
    phase,
    connection: () => screen.current?.connection,
  })

  useImperativeHandle(
    ref,
    () => ({
      focus: () => screen.current?.focus(),
      searchHistory: () => openHistory(screen.current, 'search'),
    }),
    [],
  )

  const hold = (keys: HeldKeys) => {
    setHeldKeys(keys)
    screen.current?.holdKeys(keys)
  }
  const connect = () => {
    // Who watches starts nothing.
    if (mode === 'view' && phase.name === 'ended') return onTakePart?.()
    screen.current?.connection.connect()
    screen.current?.focus()
  }
  const live = phase.name === 'connected' || phase.name === 'idle' || (phase.name === 'connecting' && !phase.again)

  return (
    <div className={cn('absolute inset-0 flex flex-col bg-terminal', !visible && 'hidden')}>
      <div className="relative min-h-0 flex-1">
        <div className={cn('absolute inset-0 py-1.5 pr-1 pl-3 transition-opacity duration-150', !live && 'opacity-40')}>
          {/* Without padding of its own: the terminal measures this box to know its size. */}
          <div ref={box} className="h-full overflow-hidden" />
        </div>
        {history && (
          <TerminalHistory
            {...history}
            sessionId={session.id}
            look={look}
            onCopyBlocked={offerCopy}
            onClose={closeHistory}
          />
        )}
        {'shared' in place ? (
          <SharedTerminalBanner phase={phase} shared={place.shared} refusals={refusals} onConnect={connect} />
        ) : (
          <TerminalBanner phase={phase} environment={place.environment} refusals={refusals} onConnect={connect} />
        )}
        {mode === 'view' && phase.name === 'connected' && <ViewOnlyNote refusals={refusals} onTakePart={onTakePart} />}
        {waitingBytes > 0 && (
          <InputWaiting
            bytes={waitingBytes}
            onStop={() => {
              screen.current?.connection.giveUpPaste()
              screen.current?.focus()
            }}
          />
        )}
      </div>
      <TerminalKeyBar
        held={heldKeys}
        onHold={hold}
        onPress={(key) => screen.current?.pressKey(key)}
        onFocus={() => screen.current?.focus()}
      />
      {askedPaste !== null && (
        <PasteDialog
          text={askedPaste}
          onPaste={() => screen.current?.paste(askedPaste)}
          onClose={() => setAskedPaste(null)}
        />
      )}
    </div>
  )
}
