import { describe, expect, it } from 'vitest'
import { drawScreen, type ScreenState } from './screen-drawing.ts'

const usual: ScreenState = {
  paneId: '%0',
  size: { cols: 20, rows: 3 },
  cursor: { x: 2, y: 1 },
  isCursorVisible: true,
  inserts: false,
  hasOrigin: false,
  wraps: true,
  scrollRegion: { upper: 0, lower: 2 },
  rows: ['one', '$ ', ''],
  saved: null,
  pending: '',
}
const start = '\x1bc\x1b)0\x1b[?7l'
const rows = '\x1b[1;1Hone\x1b[2;1H$ \x1b[3;1H'

describe('a screen', () => {
  it('is drawn row by row on an empty terminal, with the cursor where it was', () => {
    expect(drawScreen(usual)).toBe(`${start}${rows}\x1b[0m\x0f\x1b[?7h\x1b[2;3H`)
  })

  it('never has more rows than its size', () => {
    expect(drawScreen({ ...usual, rows: ['one', '$ ', '', 'more'] })).toBe(drawScreen(usual))
  })

  it('draws what lies under a full-screen program first', () => {
    const saved = { rows: ['$ vim'], cursor: { x: 5, y: 0 } }
    const drawn = drawScreen({ ...usual, saved })
    expect(drawn).toContain(`${start}\x1b[1;1H$ vim\x1b[0m\x0f\x1b[1;6H\x1b[?1049h${rows}`)
  })

  it('sets the modes that tmux tells of', () => {
    const drawn = drawScreen({ ...usual, wraps: false, inserts: true, isCursorVisible: false })
    expect(drawn.endsWith('\x1b[0m\x0f\x1b[4h\x1b[2;3H\x1b[?25l')).toBe(true)
  })

  it('places the cursor inside of a scroll region that it is counted from', () => {
    const drawn = drawScreen({ ...usual, scrollRegion: { upper: 1, lower: 2 }, hasOrigin: true })
    expect(drawn.endsWith('\x1b[2;3r\x1b[?6h\x1b[1;3H')).toBe(true)
  })
})
