import { PauseIcon, PlayIcon, RotateCcwIcon } from 'lucide-react'
import { Hint } from '@/components/Hint'
import { Button } from '@/components/ui/button'
import { NativeSelect } from '@/components/ui/native-select'
import type { Playback } from '@/lib/cast-player'
import { playTime } from '@/lib/time'

const speeds = [0.5, 1, 1.5, 2, 4]

interface Props {
  playback: Playback
  /** In seconds. */
  length: number
  onToggle: () => void
  onSeek: (seconds: number) => void
  onSpeed: (speed: number) => void
}

/** Play and pause, where it is, and how fast. */
export function PlayerControls({ playback, length, onToggle, onSeek, onSpeed }: Props) {
  const { at, playing, speed } = playback
  const over = !playing && at >= length && length > 0
  const [Icon, word] = playing ? [PauseIcon, 'Pause'] : over ? [RotateCcwIcon, 'Play again'] : [PlayIcon, 'Play']
  return (
    <div className="flex h-12 shrink-0 items-center gap-2 border-t bg-terminal-bar px-2 md:gap-3 md:px-4">
      <Hint text={`${word} · Space`}>
        <Button variant="ghost" size="icon-sm" onClick={onToggle}>
          <Icon />
          <span className="sr-only">{word}</span>
        </Button>
      </Hint>
      <span className="shrink-0 text-xs tabular-nums">
        {playTime(at)}
        <span className="text-muted-foreground"> / {playTime(length)}</span>
      </span>
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={`${playTime(at)} of ${playTime(length)}`}
        min={0}
        max={length}
        step="any"
        value={at}
        onChange={(event) => onSeek(event.currentTarget.valueAsNumber)}
        className="h-8 min-w-0 flex-1 cursor-pointer rounded-sm accent-primary outline-none focus-visible:ring-2 focus-visible:ring-ring"
      />
      <NativeSelect
        aria-label="Speed"
        className="w-20 shrink-0"
        value={speed}
        onChange={(event) => onSpeed(Number(event.currentTarget.value))}
      >
        {speeds.map((value) => (
          <option key={value} value={value}>
            {value}×
          </option>
        ))}
      </NativeSelect>
    </div>
  )
}
