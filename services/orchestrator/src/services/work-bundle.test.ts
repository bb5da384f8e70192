import { describe, expect, it } from 'vitest'
import { readGathered, WorkBundleFailure } from './work-bundle.ts'

const commit = 'a'.repeat(40)

describe('what an environment says it has gathered', () => {
  it('is nothing, or counts with branches', () => {
    expect(readGathered('nothing\n')).toBeNull()
    expect(readGathered(`kept 1 2 3 0 feature/ä\nhead ${commit} refs/heads/feature/ä\n`)).toEqual({
      isComplete: true,
      commits: 2,
      files: 3,
      stashes: 0,
      branch: 'feature/ä',
      heads: [{ branch: 'feature/ä', commit }],
    })
    expect(readGathered('kept 0 0 1 0 \n')).toMatchObject({ isComplete: false, branch: null, heads: [] })
  })

  it.each(['', 'kept', 'kept 2 1 1 1 main', 'kept 1 -1 1 1 main', 'kept 1 99999999999 1 1 main', 'rubbish'])(
    'is refused as %j',
    (text) => {
      expect(() => readGathered(text)).toThrow(WorkBundleFailure)
    },
  )

  it('names what no branch is called not', () => {
    const lines = ['head x refs/heads/a', `head ${commit} refs/tags/a`, 'more', `head ${commit} refs/heads/\udcff`]
    expect(readGathered(`kept 1 0 0 0 main\n${lines.join('\n')}`)?.heads).toEqual([{ branch: '\ufffd', commit }])
  })
})
