/** Hands a recording to the browser as a file. */
import { toast } from 'sonner'
import type { Recording } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { fetchRecording } from '@/api/recordings'

export async function saveRecording(recording: Pick<Recording, 'environmentId' | 'fileName'>): Promise<void> {
  try {
    const url = URL.createObjectURL(await fetchRecording(recording))
    const link = document.createElement('a')
    link.href = url
    link.download = recording.fileName
    link.click()
    // The browser reads it after this turn.
    setTimeout(() => URL.revokeObjectURL(url), 60_000)
  } catch (error) {
    const { title, detail } = describeError(error)
    toast.error('The recording was not downloaded', { description: detail ?? title })
  }
}
