import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findDebianPostgres } from './postgresql.mjs'

test('the newest complete installation is found', () => {
  const root = mkdtempSync(join(tmpdir(), 'craftastic-postgres-'))
  const install = (version, programs) => {
    mkdirSync(join(root, version, 'bin'), { recursive: true })
    for (const program of programs) writeFileSync(join(root, version, 'bin', program), '')
  }
  try {
    assert.equal(findDebianPostgres(join(root, 'absent')), null)
    install('17', ['psql'])
    assert.equal(findDebianPostgres(root), null)
    install('9', ['initdb', 'postgres', 'pg_ctl'])
    install('15', ['initdb', 'postgres', 'pg_ctl'])
    assert.equal(findDebianPostgres(root), join(root, '15/bin'))
  } finally {
    rmSync(root, { recursive: true })
  }
})
