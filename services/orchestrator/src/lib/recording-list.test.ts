import { describe, expect, it } from 'vitest'
import { presentRecording, sortRecordingNames, toRecordingFileName } from './recording-list.ts'

const startedAt = new Date('2026-03-04T05:06:07.089Z')
const fileName = 'build-20260304T050607089Z.cast'
const environmentId = 'c1b1c9a2-6d8e-4a57-9d8f-0f6f7f3a2b11'

describe('the name of a recording', () => {
  it.each([
    ['build', 'build'],
    ['Crème brûlée №1', 'Creme-brulee-No1'],
    ['../../etc/passwd', 'etc-passwd'],
    ['--', 'session'],
    ['日本', 'session'],
    ['x'.repeat(100), 'x'.repeat(64)],
  ])('of "%s" begins with "%s"', (sessionName, plain) => {
    expect(toRecordingFileName(sessionName, startedAt, 'session')).toBe(`${plain}-20260304T050607089Z.cast`)
  })

  it('tells which files are recordings, and which is the newest', () => {
    const older = 'a-20260304T050607088Z.cast'
    const noDay = 'a-20261304T050607088Z.cast'
    expect(sortRecordingNames([older, 'notes.cast', noDay, `../${fileName}`, fileName])).toEqual([fileName, older])
  })
})

describe('a recording', () => {
  const read = (firstLine: string, lastLine: string | null, running: string[] = []) =>
    presentRecording({ fileName, bytes: 10, firstLine, lastLine }, environmentId, new Set(running))

  it('is as long as its last event says, and has its last words', () => {
    expect(read('{"title":"build"}', '[12.5, "m", "The session ended."]')).toMatchObject({
      sessionName: 'build',
      startedAt: startedAt.toISOString(),
      seconds: 12.5,
      isRunning: false,
      note: 'The session ended.',
    })
  })

  it('breaks off when nothing follows its header', () => {
    expect(read('{"title":"build"}', null)).toMatchObject({ seconds: 0, note: expect.stringContaining('breaks off') })
  })

  it('goes on while it is written, whatever its last line says', () => {
    expect(read('{"title":"build"}', '[1, "m", "x"]', [fileName])).toMatchObject({ isRunning: true, note: null })
  })

  it('takes the time of an event that is too long to be read whole', () => {
    expect(read('{"title":"build"}', '[7.25, "o", "xxxx')).toMatchObject({ seconds: 7.25, note: null })
  })

  it.each(['', 'null', '[]', '{"title":5}', '{"title":""}', '{'])(
    'is named after its file when it begins %s',
    (first) => {
      expect(read(first, '[]')).toMatchObject({ sessionName: 'build', seconds: 0 })
    },
  )

  it('is nothing without a moment in its name', () => {
    const entry = { fileName: 'a-99999999T999999999Z.cast', bytes: 1, firstLine: '{}', lastLine: null }
    expect(presentRecording(entry, environmentId, new Set())).toBeNull()
  })
})
