import { lazy, Suspense, useState, type ReactNode, type Ref } from 'react'
import type { Environment } from '@craftastic/contract'
import { SplitHandle } from '@/components/SplitHandle'
import { gitPanelRatioChoice } from '@/lib/git-choices'
import { startPlace, type GitPlace } from '@/lib/git-place'
import { useChoice } from '@/lib/stored'

const GitPanel = lazy(async () => ({ default: (await import('@/components/GitPanel')).GitPanel }))

/** Terminals, and the Git panel beside them while it is open; over them where there is no room for both. */
export function GitBeside({
  environment,
  treeOf,
  terminalColour,
  open,
  wide,
  onClose,
  panel,
  children,
}: {
  environment: Environment
  /** The session whose worktree Git shows; undefined shows the workspace. */
  treeOf: string | undefined
  /** Behind the terminals, from their colour scheme. */
  terminalColour: string
  open: boolean
  wide: boolean
  onClose: () => void
  panel: Ref<HTMLDivElement>
  children: ReactNode
}) {
  const [ratio, setRatio] = useChoice(gitPanelRatioChoice)
  const [seen, setSeen] = useState<{ treeOf: string | undefined; place: GitPlace }>({ treeOf, place: startPlace })
  const beside = open && wide
  return (
    <div className="relative min-h-0 flex-1">
      <div
        className="absolute inset-y-0 left-0 bg-terminal"
        style={{ right: beside ? `calc(100% - ${ratio * 100}%)` : 0, ['--terminal' as string]: terminalColour }}
      >
        {children}
      </div>
      {open && (
        <div
          ref={panel}
          tabIndex={-1}
          className="absolute inset-y-0 right-0 z-20 bg-background outline-none"
          style={{ left: beside ? `${ratio * 100}%` : 0 }}
        >
          {/* Its code comes when it is first opened. */}
          <Suspense>
            <GitPanel
              key={treeOf}
              environment={environment}
              sessionId={treeOf}
              place={seen.treeOf === treeOf ? seen.place : startPlace}
              onShow={(place) => setSeen({ treeOf, place })}
              onClose={onClose}
            />
          </Suspense>
        </div>
      )}
      {beside && (
        <div className="pointer-events-none absolute inset-0 z-30 *:pointer-events-auto">
          <SplitHandle
            label="Width of the terminal and Git"
            ratio={ratio}
            usual={gitPanelRatioChoice.fallback}
            onChange={setRatio}
          />
        </div>
      )}
    </div>
  )
}
