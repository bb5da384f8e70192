/** Whose workspaces a backup takes along, or a restore brings back, as the command line says it. */

export type WorkspaceChoice = 'all' | 'none' | readonly string[]

/** `all`, `none`, or a comma list of ids and names of environments. */
export function parseWorkspaceChoice(text: string): WorkspaceChoice {
  if (text === 'all' || text === 'none') return text
  const entries = text.split(',').flatMap((entry) => (entry.trim() === '' ? [] : [entry.trim()]))
  if (entries.length === 0) throw new Error('--workspaces takes all, none, or names and ids of environments.')
  return entries
}

type Named = { id: string; name: string; owner: string }

/**
 * The ids of the environments that are meant.
 * @throws Error in words when an entry names none, or more than one.
 */
export function chooseWorkspaces(choice: WorkspaceChoice, environments: readonly Named[]): Set<string> {
  if (choice === 'none') return new Set()
  if (choice === 'all') return new Set(environments.map(({ id }) => id))
  return new Set(choice.map((entry) => findOne(entry, environments).id))
}

function findOne(entry: string, environments: readonly Named[]): Named {
  const found = environments.filter(({ id, name }) => id === entry || name === entry)
  const [one] = found
  if (one === undefined) throw new Error(`There is no environment "${entry}".`)
  if (found.length === 1) return one
  const those = found.map(({ id, owner }) => `  ${id}  of ${owner}`)
  throw new Error(
    [`Several environments have the name "${entry}". Name the one you mean by its id:`, ...those].join('\n'),
  )
}
