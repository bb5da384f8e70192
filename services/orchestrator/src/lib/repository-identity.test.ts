import { describe, expect, it } from 'vitest'
import { isSameRepository, repositoryPath } from './repository-identity.ts'

describe('the address of a repository', () => {
  const address = 'https://github.com/Owner/name'

  it.each([
    'https://github.com/owner/name.git',
    'https://GitHub.com/owner/name/',
    'git@github.com:owner/name.git',
    'ssh://git@github.com:22/owner/name.git',
    'git://github.com/owner/name',
    'owner/name',
  ])('is the same as %s', (other) => expect(isSameRepository(address, other)).toBe(true))

  it.each([
    'https://github.com/owner/name-two',
    'https://github.com/other/name',
    'https://gitlab.com/owner/name',
    'https://github.com.example.org/owner/name',
    'https://github.com:8443/owner/name',
    'git@gitlab.com:owner/name.git',
    'owner/name/more',
    'https://github.com/',
    'name',
    '',
  ])('is another one than %s', (other) => expect(isSameRepository(address, other)).toBe(false))

  it('tells ports apart, but not that of ssh', () => {
    expect(isSameRepository('http://git.lan:3000/a/b', 'http://git.lan:3001/a/b')).toBe(false)
    expect(isSameRepository('http://git.lan:3000/a/b', 'git@git.lan:a/b.git')).toBe(true)
  })

  it('keeps the case where a host may tell it apart', () => {
    expect(isSameRepository('https://git.example.org/A/b', 'https://git.example.org/a/b')).toBe(false)
  })

  it('has a path without its ending', () => {
    expect(repositoryPath('http://git.lan:3000/a/b.git')).toBe('a/b')
    expect(repositoryPath('file:///a/b')).toBeNull()
  })
})
