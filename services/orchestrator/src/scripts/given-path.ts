import { resolve } from 'node:path'

/** A path as it was typed: npm runs scripts in the directory of their package, and tells where it was started itself. */
export function resolveGivenPath(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path)
}
