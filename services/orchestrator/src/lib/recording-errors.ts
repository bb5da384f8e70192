/** What a caller is told when a file of a recording cannot be used. */
import { recordingsDirectory } from '@craftastic/contract'
import { RecordingFileFailure } from '../services/recording-files.ts'
import { AppError } from './errors.ts'

/** Other errors are answered as they are. */
export function toRecordingError(error: unknown, fileName: string): unknown {
  if (!(error instanceof RecordingFileFailure)) return error
  const options = { cause: error }
  switch (error.reason) {
    case 'directory':
      return new AppError(
        'directory_missing',
        `"${recordingsDirectory}" is not a directory that recordings can be kept in. Move away what is there.`,
        options,
      )
    case 'missing':
      return new AppError('not_found', `There is no recording "${fileName}".`, options)
    case 'diskFull':
      return new AppError('disk_full', 'The disk of the environment is full. Delete something first.', options)
    case 'other':
      return new AppError(
        'environment_unreachable',
        `The recording's file could not be used: ${error.message}`,
        options,
      )
  }
}
