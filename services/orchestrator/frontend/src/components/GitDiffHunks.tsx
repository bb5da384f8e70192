/** The changes of one file as text, drawn by the diff component. It comes with its grammars when a diff is first shown. */
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { Decoration, Diff, Hunk, markEdits, tokenize, type HunkData } from 'react-diff-view'
import 'react-diff-view/style/index.css'
import './git-diff.css'
import type { DiffFile, DiffHunk } from '@/lib/git-diff'
import { endsWithCr, missingNewline, toHunkData } from '@/lib/git-diff-lines'
import { highlighter, languageOf, loadLanguage, type Language } from '@/lib/syntax'

interface Props {
  file: DiffFile
  path: string
  mode: 'unified' | 'split'
  /** Colours and marks within lines; too much work for very long files. */
  coloured: boolean
  hunkActions?: (hunk: DiffHunk) => ReactNode
}

export function GitDiffHunks({ file, path, mode, coloured, hunkActions }: Props) {
  // A file that is new or gone has one side only.
  const sideBySide = mode === 'split' && file.kind !== 'add' && file.kind !== 'delete'
  const hunks = useMemo(() => {
    const options = { hideCr: endsWithCr(file.hunks), sideBySide }
    return file.hunks.map((hunk) => ({ hunk, data: toHunkData(hunk, options) }))
  }, [file, sideBySide])
  const tokens = useTokens(hunks, path, coloured)

  return (
    <div className="git-diff">
      <Diff diffType={file.kind} viewType={sideBySide ? 'split' : 'unified'} hunks={[]} tokens={tokens}>
        {() =>
          hunks.flatMap(({ hunk, data }, index) => {
            const newline = missingNewline(hunk)
            return [
              <Decoration key={`${index} head`}>
                <div className="flex min-h-8 flex-wrap items-center gap-x-2 border-y bg-muted px-2 py-0.5 font-sans text-xs text-muted-foreground">
                  <span className="min-w-0 flex-1 truncate font-mono" title={hunk.header}>
                    {linesOf(hunk)}
                    {hunk.section && <span className="ml-2">{hunk.section}</span>}
                  </span>
                  {hunkActions?.(hunk)}
                </div>
              </Decoration>,
              <Hunk key={index} hunk={data} />,
              ...(newline === null
                ? []
                : [
                    <Decoration key={`${index} end`}>
                      <p className="px-2 py-1 font-sans text-xs text-muted-foreground">{newline}</p>
                    </Decoration>,
                  ]),
            ]
          })
        }
      </Diff>
    </div>
  )
}

function linesOf({ oldStart, oldLines, newStart, newLines }: DiffHunk): string {
  const [start, lines] = newLines === 0 ? [oldStart, oldLines] : [newStart, newLines]
  return lines === 1 ? `Line ${start}` : `Lines ${start}–${start + lines - 1}`
}

function useTokens(hunks: readonly { data: HunkData }[], path: string, coloured: boolean) {
  const language = coloured ? languageOf(path) : null
  const [known, setKnown] = useState<Language | null>(null)
  useEffect(() => {
    if (language === null) return
    let left = false
    loadLanguage(language).then(
      () => left || setKnown(language),
      // Without its grammar the code is shown in one colour.
      () => undefined,
    )
    return () => {
      left = true
    }
  }, [language])

  return useMemo(() => {
    if (!coloured) return null
    const datas = hunks.map(({ data }) => data)
    const enhancers = [markEdits(datas, { type: 'block' })]
    return language !== null && language === known
      ? tokenize(datas, { highlight: true, refractor: highlighter, language, enhancers })
      : tokenize(datas, { enhancers })
  }, [hunks, coloured, language, known])
}
