import { useMemo, useState } from 'react'
import type { Environment } from '@craftastic/contract'
import { DeleteEnvironmentDialog } from '@/components/DeleteEnvironmentDialog'
import { EndProgramsDialog, type Ending } from '@/components/EndProgramsDialog'
import { RenameEnvironmentDialog } from '@/components/RenameEnvironmentDialog'
import type { EnvironmentQuestions } from '@/lib/app-actions'

/** The questions about an environment and the dialogs in which they are asked. */
export function useEnvironmentDialogs() {
  const [renaming, setRenaming] = useState<Environment | null>(null)
  const [deleting, setDeleting] = useState<Environment | null>(null)
  const [ending, setEnding] = useState<Ending | null>(null)
  const questions = useMemo<EnvironmentQuestions>(
    () => ({
      renameEnvironment: setRenaming,
      deleteEnvironment: setDeleting,
      confirmEnd: (environment, verb) => setEnding({ environment, verb }),
    }),
    [],
  )
  const dialogs = (
    <>
      <RenameEnvironmentDialog environment={renaming} onClose={() => setRenaming(null)} />
      <DeleteEnvironmentDialog environment={deleting} onClose={() => setDeleting(null)} />
      <EndProgramsDialog ending={ending} onClose={() => setEnding(null)} />
    </>
  )
  return { questions, dialogs }
}
