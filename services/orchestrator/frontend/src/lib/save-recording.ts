/** Hands a recording to the browser as a file. */
import { toast } from 'sonner'
import type { Recording } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { fetchRecording } from '@/api/recordings'
import { saveFile } from './save-file'

export async function saveRecording(recording: Pick<Recording, 'environmentId' | 'fileName'>): Promise<void> {
  try {
    saveFile(recording.fileName, await fetchRecording(recording))
  } catch (error) {
    const { title, detail } = describeError(error)
    toast.error('The recording was not downloaded', { description: detail ?? title })
  }
}
