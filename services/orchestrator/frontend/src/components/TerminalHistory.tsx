/**
 * What has scrolled away, over the live terminal, which lives on beneath and keeps the focus: what is typed reaches its
 * program. Every line lies where the live terminal shows it.
 */
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { sessionHistoryQuery } from '@/api/session-history'
import { HistorySearch } from '@/components/HistorySearch'
import { HistoryState } from '@/components/HistoryState'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { copyText } from '@/lib/clipboard'
import { readHistoryKey } from '@/lib/history-keys'
import { countLines } from '@/lib/history-lines'
import { coveredRows, HistoryScreen, type HistoryMatches, type HistoryStart } from '@/lib/history-screen'
import type { TerminalScreen } from '@/lib/terminal-screen'
import type { TerminalLook } from '@/lib/xterm'
import { cn } from '@/lib/utils'

interface Props {
  sessionId: string
  /** The live terminal beneath. */
  screen: TerminalScreen
  look: TerminalLook
  start: HistoryStart
  /** How often a search was asked for. */
  searches: number
  onCopyBlocked: (text: string) => void
  onClose: () => void
}

export function TerminalHistory({ sessionId, screen, look, start, searches, onCopyBlocked, onClose }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const history = useRef<HistoryScreen>(null)
  const { data, error, isFetching, refetch } = useQuery(sessionHistoryQuery(sessionId))
  const lines = useMemo(() => (data ? countLines(data.text) : 0), [data])
  const [grid, setGrid] = useState(() => screen.grid)
  const [shown, setShown] = useState(false)
  const [newOutput, setNewOutput] = useState(false)
  const [matches, setMatches] = useState<HistoryMatches | null>(null)

  const copy = async () => {
    const text = history.current?.selection ?? ''
    if (!(await copyText(text))) onCopyBlocked(text)
    screen.focus()
  }
  const takesKey = useEffectEvent((event: KeyboardEvent) => {
    const key = readHistoryKey(event, (history.current?.selection ?? '') !== '')
    if (!key) return false
    if (event.type !== 'keydown') return true
    event.preventDefault()
    event.stopPropagation()
    if (key.name === 'close') onClose()
    else if (key.name === 'copy') void copy()
    else if (key.by === 'all') history.current?.scrollToEdge(key.direction)
    else if (key.by === 'page') history.current?.scrollPages(key.direction)
    else history.current?.scroll(key.direction)
    return true
  })
  const close = useEffectEvent(onClose)

  useEffect(() => {
    screen.setOverlay({
      takesKey: (event) => takesKey(event),
      onTyped: () => close(),
      onOutput: () => setNewOutput(true),
      onResize: setGrid,
    })
    return () => screen.setOverlay(null)
  }, [screen])

  const open = useEffectEvent((element: HTMLElement) => {
    return new HistoryScreen(element, {
      look,
      grid,
      onEnd: () => close(),
      onMatches: setMatches,
      onCopyBlocked,
      onKey: (event) => {
        if (!takesKey(event) && event.type === 'keydown' && !modifiers.includes(event.key)) screen.focus()
      },
    })
  })
  const startOnce = useEffectEvent(() => start)
  const text = data && !data.alternateScreen ? data.text : null
  useEffect(() => {
    const element = place.current
    if (!element || text === null) return
    const opened = open(element)
    history.current = opened
    void opened.show(text, startOnce()).then(() => setShown(true))
    return () => {
      opened.dispose()
      history.current = null
    }
  }, [text])

  useEffect(() => {
    history.current?.setLook(look)
  }, [look])
  useEffect(() => {
    history.current?.resize(grid)
  }, [grid])

  // Without lines to search, the field goes and takes the focus with it.
  useEffect(() => {
    if (document.activeElement === document.body) screen.focus()
  }, [data, error, screen])

  // The focus goes back for typing once the mouse has selected, wherever it was let go.
  const focusAfterMouse = ({ button }: { button: number }) => {
    if (button === 0) window.addEventListener('mouseup', () => screen.focus(), { once: true })
  }

  return (
    <section aria-label="History" className="absolute inset-0">
      <div className={cn('absolute inset-0 bg-terminal', !shown && 'invisible')}>
        <div
          ref={place}
          onMouseDown={focusAfterMouse}
          className="terminal-history absolute right-1 bottom-0 left-3 overflow-hidden"
          style={{ top: `calc(0.375rem + ${coveredRows(grid) * grid.cellHeightPx}px)` }}
        />
      </div>
      <div className="group/history absolute inset-x-0 top-0 flex h-10 items-center gap-2 border-b bg-terminal-bar pr-1.5 pl-3 text-xs text-muted-foreground">
        <HistoryState
          history={data}
          lines={lines}
          error={error}
          fetching={isFetching}
          newOutput={newOutput}
          onRetry={() => void refetch()}
        />
        {(data ? !data.alternateScreen : !error) && (
          <HistorySearch
            asked={searches}
            ready={shown}
            matches={matches}
            onChange={(words, caseSensitive) => {
              history.current?.forgetMatches()
              setMatches(null)
              if (words !== '') history.current?.find(words, 'up', caseSensitive)
            }}
            onFind={(words, direction, caseSensitive) => history.current?.find(words, direction, caseSensitive)}
            onClose={onClose}
          />
        )}
        <Button variant="ghost" size="xs" onClick={onClose}>
          <span className="max-md:hidden">Back to the live terminal</span>
          <span className="md:hidden">Back</span>
          <Kbd className="max-md:hidden">Esc</Kbd>
        </Button>
      </div>
    </section>
  )
}

const modifiers = ['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock']
