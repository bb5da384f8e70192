import type { KeyboardEvent, PointerEvent } from 'react'
import { clampRatio } from '@/lib/split'

const stepRatio = 0.02

/** The line between two parts of a page, moved by pointer or arrow keys; a double click puts it back to `usual`. */
export function SplitHandle({
  label,
  ratio,
  usual = 0.5,
  onChange,
}: {
  label: string
  ratio: number
  usual?: number
  onChange: (ratio: number) => void
}) {
  const drag = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.parentElement?.getBoundingClientRect()
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return
    onChange(clampRatio((event.clientX - box.left) / box.width))
  }
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? -stepRatio : event.key === 'ArrowRight' ? stepRatio : 0
    if (step === 0) return
    event.preventDefault()
    onChange(clampRatio(ratio + step))
  }
  return (
    <div
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={20}
      aria-valuemax={80}
      aria-valuenow={Math.round(ratio * 100)}
      tabIndex={0}
      onPointerDown={(event) => {
        event.preventDefault()
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={drag}
      onDoubleClick={() => onChange(usual)}
      onKeyDown={press}
      style={{ left: `${ratio * 100}%` }}
      className="group absolute inset-y-0 z-10 -ml-1 flex w-2 cursor-col-resize touch-none justify-center outline-none"
    >
      <span className="w-px bg-border-strong group-hover:w-0.5 group-hover:bg-ring group-focus-visible:w-0.5 group-focus-visible:bg-ring" />
    </div>
  )
}
