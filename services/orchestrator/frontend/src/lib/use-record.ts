/** Starting and stopping to record a session, and what people are told of it. */
import { toast } from 'sonner'
import { useNavigate } from 'react-router'
import type { Recording, Session } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { recordSessionMutation } from '@/api/recordings'
import { sessionLabel } from './status'
import { useAction } from './use-action'

export function recordingPath({ environmentId, fileName }: Pick<Recording, 'environmentId' | 'fileName'>): string {
  return `/environments/${environmentId}/recordings/${fileName}`
}

export function useRecord() {
  const navigate = useNavigate()
  const { run, pending } = useAction(recordSessionMutation())

  const record = (session: Session) => {
    const method = session.recordingSince ? 'DELETE' : 'POST'
    const label = sessionLabel(session)
    run(
      { session, method },
      {
        onSuccess: (recording) => {
          if (method === 'POST') return toast(`${label} is being recorded`, { description: 'Until you stop it.' })
          toast('The recording is saved', {
            description: recording.fileName,
            action: { label: 'Play', onClick: () => void navigate(recordingPath(recording)) },
          })
        },
        onError: (error) => {
          const { title, detail } = describeError(error)
          const words = method === 'POST' ? `${label} is not being recorded` : 'The recording was not stopped'
          toast.error(words, { description: detail ?? title })
        },
      },
    )
  }
  return { record, pending }
}
