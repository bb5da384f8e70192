/**
 * The real server, which halts for ever at one gap of each operation whose environment is named after it, such as
 * `create before clone`: a test then kills the process with work of every kind cut in two.
 */
import { startServer } from '../../src/server.ts'
import { gapName } from './crash-gaps.ts'

await startServer({
  onGap: async ({ kind, environment: { name } }, gap) => {
    if (name !== gapName(kind, gap)) return
    process.stdout.write(`halted at ${name}\n`)
    await new Promise(() => {})
  },
})
