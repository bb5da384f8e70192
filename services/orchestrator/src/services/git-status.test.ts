import { expect, test } from 'vitest'
import { parseGitStatus } from './git-status.ts'

const oid = 'a'.repeat(40)

function read(marks: string, records: (string | Buffer)[], isComplete = true) {
  const parts = [Buffer.from(`${marks}\0`), ...records.flatMap((record) => [Buffer.from(record), Buffer.from([0])])]
  return parseGitStatus(Buffer.concat(parts), isComplete)
}

test('headers say where HEAD is and what belongs to it', async () => {
  const records = [
    `# branch.oid ${oid}`,
    '# branch.head a b',
    '# branch.upstream origin/x',
    '# branch.ab +3 -12',
    '# stash 4',
  ]
  expect(await read('', records)).toMatchObject({
    repository: true,
    branch: 'a b',
    commit: oid,
    upstream: 'origin/x',
    ahead: 3,
    behind: 12,
    stashes: 4,
    detached: false,
    operation: null,
  })
  expect(await read('', ['# branch.oid (initial)', '# branch.head (detached)'])).toMatchObject({
    commit: null,
    branch: '',
    detached: true,
    upstream: null,
  })
})

test.each([
  ['rebase-merge\nCHERRY_PICK_HEAD\n', 'rebase'],
  ['rebase-apply/applying\nrebase-apply\n', 'rebase'],
  ['MERGE_HEAD\n', 'merge'],
  ['sequencer/pick\n', 'cherry-pick'],
  ['sequencer/revert\n', 'revert'],
  ['BISECT_LOG\n', 'bisect'],
  ['unknown\n', null],
])('%j means %s', async (marks, operation) => {
  expect((await read(marks, [])).operation).toBe(operation)
})

test('records are read as they are, with every byte of their paths', async () => {
  const records = [
    `1 .M N... 100644 100644 100644 ${oid} ${oid}  lead and\nbreak`,
    `1 .M S.M. 160000 160000 160000 ${oid} ${oid} sub`,
    `2 R. N... 100644 100644 100644 ${oid} ${oid} R100 new name`,
    '? old name that looks like a record',
    `u UU N... 100644 100644 100644 100644 ${oid} ${oid} ${oid} both`,
    Buffer.concat([Buffer.from('? bad'), Buffer.from([0xff])]),
    'x something of a later git',
  ]
  const { files } = await read('', records)
  expect(files).toEqual([
    { path: ' lead and\nbreak', status: 'M', staged: false, unstaged: true, conflicted: false },
    { path: 'sub', status: 'M', staged: false, unstaged: true, conflicted: false, submodule: true },
    {
      path: 'new name',
      status: 'R',
      origPath: '? old name that looks like a record',
      staged: true,
      unstaged: false,
      conflicted: false,
    },
    { path: 'both', status: 'UU', staged: false, unstaged: true, conflicted: true },
    { path: 'bad\udcff', status: '??', staged: false, unstaged: true, conflicted: false },
  ])
})

test('an output that was cut keeps what is whole, and says so', async () => {
  const output = Buffer.from('\0? one\0? two\0? thr')
  expect(await parseGitStatus(output, false)).toMatchObject({
    truncated: true,
    files: [{ path: 'one' }, { path: 'two' }],
  })
})

test('a list without end is cut, and others get a turn meanwhile', async () => {
  const output = Buffer.from(`\0${'? some/path\0'.repeat(100_001)}`)
  let turns = 0
  const ticking = setInterval(() => turns++, 0)
  const status = await parseGitStatus(output, true)
  clearInterval(ticking)
  expect(status.files).toHaveLength(100_000)
  expect(status.truncated).toBe(true)
  expect(turns).toBeGreaterThan(2)
})
