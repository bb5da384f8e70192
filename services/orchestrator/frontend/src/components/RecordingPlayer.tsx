/** A recording with what plays it: Space plays and pauses, the arrows skip five seconds, Home and End go to the ends. */
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { PlayerControls } from '@/components/PlayerControls'
import { markAt, type Cast } from '@/lib/cast'
import { CastPlayer, type Playback } from '@/lib/cast-player'
import { useTerminalLook } from '@/lib/use-terminal-look'
import { loadTerminalFont } from '@/lib/xterm'

const skipSeconds = 5
/** Measured at this size; the player then fits the text to its place. */
const measuredPx = 14

export function RecordingPlayer({ cast }: { cast: Cast }) {
  const place = useRef<HTMLDivElement>(null)
  const player = useRef<CastPlayer>(null)
  const [playback, setPlayback] = useState<Playback>({ at: 0, playing: false, speed: 1 })
  const { scheme, screenReader } = useTerminalLook()
  const look = useMemo(() => ({ scheme, screenReader, fontSizePx: measuredPx }), [scheme, screenReader])

  const open = useEffectEvent((element: HTMLElement) => {
    const opened = new CastPlayer(element, cast, look, setPlayback)
    player.current = opened
    opened.play()
    return opened
  })
  useEffect(() => {
    const element = place.current
    if (!element) return
    let left = false
    let opened: CastPlayer | null = null
    void loadTerminalFont(measuredPx).then(() => {
      if (!left) opened = open(element)
    })
    return () => {
      left = true
      opened?.dispose()
      player.current = null
    }
  }, [cast])
  useEffect(() => {
    player.current?.setLook(look)
  }, [look])

  const press = useEffectEvent((event: KeyboardEvent) => {
    const action = actions[event.key]
    if (!action || !player.current || isElsewhere(event)) return
    action(player.current, cast)
    event.preventDefault()
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])

  const mark = markAt(cast, playback.at)
  return (
    <section aria-label="Player" className="flex min-h-0 flex-1 flex-col">
      <div className="relative min-h-0 flex-1 bg-terminal p-3">
        <div ref={place} className="flex size-full items-start justify-center overflow-hidden" />
        <p role="status" className="pointer-events-none absolute inset-x-3 top-3 flex justify-center">
          {mark && <span className="rounded-md border bg-popover px-3 py-1.5 text-xs shadow-sm">{mark}</span>}
        </p>
      </div>
      <PlayerControls
        playback={playback}
        length={cast.length}
        onToggle={() => player.current?.toggle()}
        onSeek={(seconds) => player.current?.seek(seconds)}
        onSpeed={(speed) => player.current?.setSpeed(speed)}
      />
    </section>
  )
}

const actions: Partial<Record<string, (player: CastPlayer, cast: Cast) => void>> = {
  ' ': (player) => player.toggle(),
  ArrowLeft: (player) => player.skip(-skipSeconds),
  ArrowRight: (player) => player.skip(skipSeconds),
  Home: (player) => player.seek(0),
  End: (player, { length }) => player.seek(length),
}

/** The key belongs to what has the focus: a button, the choice of speed, a dialog. */
function isElsewhere({ ctrlKey, metaKey, altKey, defaultPrevented, target }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || defaultPrevented || !(target instanceof HTMLElement)) return true
  const others = 'button, a, select, input:not([type="range"]), [role="menu"], [role="dialog"], [role="alertdialog"]'
  return target.closest(others) !== null
}
