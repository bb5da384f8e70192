import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react'
import { CaseSensitiveIcon, ChevronDownIcon, ChevronUpIcon } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import type { HistoryMatches } from '@/lib/history-screen'
import { cn } from '@/lib/utils'

interface Props {
  /** How often it was asked for: each time it takes the focus. */
  asked: number
  /** There is something to search in. */
  ready: boolean
  matches: HistoryMatches | null
  onChange: (words: string, caseSensitive: boolean) => void
  onFind: (words: string, direction: 'up' | 'down', caseSensitive: boolean) => void
  onClose: () => void
}

/** Searches from the bottom up, because what one looks for in a terminal is mostly what came last. */
export function HistorySearch({ asked, ready, matches, onChange, onFind, onClose }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const [words, setWords] = useState('')
  const [caseSensitive, setCaseSensitive] = useState(false)

  useEffect(() => {
    if (asked > 0) input.current?.select()
  }, [asked])
  const searchTyped = useEffectEvent(() => {
    if (words !== '') onChange(words, caseSensitive)
  })
  useEffect(() => {
    if (ready) searchTyped()
  }, [ready])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose()
    else if (event.key === 'Enter' && words !== '') onFind(words, event.shiftKey ? 'down' : 'up', caseSensitive)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div
      role="search"
      data-searching={words !== '' || undefined}
      className="flex shrink-0 items-center gap-1 max-sm:data-searching:flex-1"
    >
      <span
        role="status"
        className="mr-1 min-w-16 text-right tabular-nums max-sm:flex-1 max-sm:truncate max-sm:text-left"
      >
        {words !== '' && matches && describeMatches(matches)}
      </span>
      <Input
        ref={input}
        type="text"
        value={words}
        placeholder="Search"
        aria-label="Search the history"
        autoComplete="off"
        spellCheck={false}
        className="h-7 w-32 px-2 text-foreground sm:w-52 md:text-xs"
        onKeyDown={onKeyDown}
        onChange={({ target }) => {
          setWords(target.value)
          onChange(target.value, caseSensitive)
        }}
      />
      <Button
        variant="ghost"
        size="icon-xs"
        aria-pressed={caseSensitive}
        title="Match case"
        className={cn(caseSensitive && 'bg-accent text-foreground')}
        onClick={() => {
          setCaseSensitive(!caseSensitive)
          onChange(words, !caseSensitive)
        }}
      >
        <CaseSensitiveIcon />
        <span className="sr-only">Match case</span>
      </Button>
      <Button
        variant="ghost"
        size="icon-xs"
        title="Match above (Enter)"
        disabled={words === ''}
        onClick={() => onFind(words, 'up', caseSensitive)}
      >
        <ChevronUpIcon />
        <span className="sr-only">Match above</span>
      </Button>
      <Button
        variant="ghost"
        size="icon-xs"
        title="Match below (Shift+Enter)"
        disabled={words === ''}
        onClick={() => onFind(words, 'down', caseSensitive)}
      >
        <ChevronDownIcon />
        <span className="sr-only">Match below</span>
      </Button>
    </div>
  )
}

function describeMatches({ current, count, more }: HistoryMatches): string {
  if (count === 0) return 'No match'
  const all = `${count.toLocaleString('en')}${more ? '+' : ''}`
  return current === null ? `${all} matches` : `${current.toLocaleString('en')} of ${all}`
}
