/** Keeps results: as JSON beside each other, and with `--write` as the section of a name in RESULTS.md. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { describeMachine } from './report.ts'

const resultsDirectory = new URL('../results/', import.meta.url)
const resultsPage = new URL('../RESULTS.md', import.meta.url)

/** @param name Of the JSON file and of the section `<!-- name -->` … `<!-- /name -->`. */
export async function publish(name: string, results: object, table: string): Promise<void> {
  const machine = describeMachine()
  say(`\n${machine}\n\n${table}`)
  await mkdir(resultsDirectory, { recursive: true })
  await writeFile(new URL(`${name}.json`, resultsDirectory), JSON.stringify({ machine, ...results }, null, 2))
  if (!process.argv.includes('--write')) return
  const page = await readFile(resultsPage, 'utf8')
  const section = `<!-- ${name} -->\n${new Date().toISOString().slice(0, 10)}, ${machine}\n\n${table}<!-- /${name} -->`
  const pattern = new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`)
  await writeFile(
    resultsPage,
    page.replace(pattern, () => section),
  )
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
