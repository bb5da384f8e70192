import { describe, expect, it } from 'vitest'
import { parseGitUnsaved } from './git-unsaved.ts'

const parse = (...fields: string[]) => parseGitUnsaved(Buffer.from(fields.map((field) => `${field}\0`).join('')))

describe('what is only in a workspace', () => {
  it('is told by pairs', () => {
    const branch = ['branch', 'main', 'detached', '', 'commits', '2', 'headline', 'b', 'headline', 'a']
    const detached = ['branch', 'HEAD', 'detached', '1', 'commits', '1']
    const place = ['place', 'nested', 'path', '/workspace/x', 'changed', '1', 'ownCommits', '3', 'file', 'y']
    const told = parse('repository', 'there', 'hasRemote', '1', ...branch, ...detached, 'stashes', '4', ...place)
    expect(told).toEqual({
      repository: 'there',
      hasRemote: true,
      branches: [
        { name: 'main', commits: 2, headlines: ['b', 'a'] },
        { name: null, commits: 1, headlines: [] },
      ],
      moreBranches: 0,
      stashes: 4,
      discards: 0,
      places: [{ kind: 'nested', path: '/workspace/x', changed: 1, files: ['y'], commits: 3 }],
      hasAny: true,
    })
  })

  it('is nothing without a word of it, and unknown in a damaged repository', () => {
    expect(parse('repository', 'none')).toMatchObject({ repository: 'none', hasAny: false })
    expect(parse('repository', 'damaged')).toMatchObject({ repository: 'damaged', hasAny: true })
  })

  it('takes nothing that makes no sense', () => {
    const told = parse('file', 'x', 'commits', '3', 'stashes', '-1', 'discards', '1e9', 'place', 'elsewhere', 'odd')
    expect(told).toMatchObject({ branches: [], stashes: 0, discards: 0, places: [{ kind: 'nested', changed: 0 }] })
  })
})
