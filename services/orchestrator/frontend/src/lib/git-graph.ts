/** The lines beside a list of commits, newest first and children before parents: which lane each is in, and what it joins. */
export interface GraphRow {
  /** Lane of the commit itself. */
  lane: number
  /** Lines from the upper edge to the middle of the row, and from there to the lower edge: `[from lane, to lane]`. */
  above: [number, number][]
  below: [number, number][]
  /** Lanes that the row needs. */
  width: number
}

export function drawGraph(commits: readonly { commit: string; parents: readonly string[] }[]): GraphRow[] {
  /** For each lane the commit that its line leads to. */
  const lanes: (string | null)[] = []
  const free = () => {
    const at = lanes.indexOf(null)
    return at === -1 ? lanes.length : at
  }

  return commits.map(({ commit, parents }) => {
    const expected = lanes.indexOf(commit)
    const lane = expected === -1 ? free() : expected
    const above: GraphRow['above'] = []
    const below: GraphRow['below'] = []
    for (const [at, target] of lanes.entries()) {
      if (target === commit) {
        above.push([at, lane])
        lanes[at] = null
      } else if (target !== null) {
        above.push([at, at])
        below.push([at, at])
      }
    }
    let width = Math.max(lanes.length, lane + 1)
    for (const [order, parent] of parents.entries()) {
      const known = lanes.indexOf(parent)
      if (order === 0 && known > lane) {
        // Two lines meet in the lane further left, so that the trunk stays where it is.
        below.splice(
          below.findIndex(([from]) => from === known),
          1,
          [known, lane],
        )
        lanes[known] = null
      }
      const at = order === 0 && (known === -1 || known > lane) ? lane : known === -1 ? free() : known
      lanes[at] = parent
      below.push([lane, at])
    }
    while (lanes.at(-1) === null) lanes.pop()
    width = Math.max(width, lanes.length)
    return { lane, above, below, width }
  })
}
