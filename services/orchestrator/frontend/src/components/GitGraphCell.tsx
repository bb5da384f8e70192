import type { GraphRow } from '@/lib/git-graph'

const laneWidthPx = 14
/** More lanes than that are drawn one over the other in the last one. */
const mostLanes = 10
const colours = [
  'var(--git-lane-1)',
  'var(--git-lane-2)',
  'var(--git-lane-3)',
  'var(--git-lane-4)',
  'var(--git-lane-5)',
  'var(--git-lane-6)',
]

const middleOf = (lane: number) => Math.min(lane, mostLanes - 1) * laneWidthPx + laneWidthPx / 2
const colourOf = (lane: number) => colours[lane % colours.length]

/** Width for the lanes of these rows. */
export function graphWidth(rows: readonly GraphRow[]): number {
  return Math.min(mostLanes, Math.max(1, ...rows.map(({ width }) => width))) * laneWidthPx
}

/** The part of the graph beside one commit. It repeats the parents, which the details name. */
export function GitGraphCell({
  row,
  heightPx,
  widthPx,
  filled,
}: {
  row: GraphRow
  heightPx: number
  widthPx: number
  filled: boolean
}) {
  const y = heightPx / 2
  return (
    <svg
      aria-hidden="true"
      width={widthPx}
      height={heightPx}
      className="shrink-0 overflow-visible"
      fill="none"
      strokeWidth={1.5}
    >
      {row.above.map(([from, to]) => (
        <path key={`a${from}`} d={curve(from, 0, to, y)} stroke={colourOf(Math.max(from, to))} />
      ))}
      {row.below.map(([from, to]) => (
        <path key={`b${from}-${to}`} d={curve(from, y, to, heightPx)} stroke={colourOf(Math.max(from, to))} />
      ))}
      <circle
        cx={middleOf(row.lane)}
        cy={y}
        r={3.5}
        fill={filled ? colourOf(row.lane) : 'var(--background)'}
        stroke={colourOf(row.lane)}
      />
    </svg>
  )
}

function curve(from: number, fromY: number, to: number, toY: number): string {
  const [x1, x2] = [middleOf(from), middleOf(to)]
  if (x1 === x2) return `M${x1} ${fromY}V${toY}`
  const bend = (fromY + toY) / 2
  return `M${x1} ${fromY}C${x1} ${bend} ${x2} ${bend} ${x2} ${toY}`
}
