import { Recording, RecordingList, Success, type Session } from '@craftastic/contract'
import { mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { readCast } from '@/lib/cast'
import { request } from './client'
import { patchSession } from './environment-cache'
import { environmentKeys } from './keys'

type Named = Pick<Recording, 'environmentId' | 'fileName'>

const listPath = (environmentId: string) => `/api/environments/${environmentId}/recordings`
const pathOf = ({ environmentId, fileName }: Named) => `${listPath(environmentId)}/${fileName}`

/** One that is under way grows. */
const growingMs = 5_000

/** The recordings of an environment that runs, newest first. */
export const recordingsQuery = (environmentId: string) =>
  queryOptions({
    queryKey: environmentKeys.recordings(environmentId),
    queryFn: async ({ signal }) =>
      (await request('GET', listPath(environmentId), { answer: RecordingList, signal })).recordings,
    refetchInterval: ({ state }) => (state.data?.some(({ isRunning }) => isRunning) ? growingMs : false),
  })

const readText = (recording: Named, signal?: AbortSignal) =>
  request('GET', pathOf(recording), { answer: z.string(), text: true, signal })

/** A recording to be played, as it is at this moment. */
export const recordingQuery = (recording: Named) =>
  queryOptions({
    queryKey: environmentKeys.recording(recording.environmentId, recording.fileName),
    queryFn: async ({ signal }) => readCast(await readText(recording, signal)),
    // Up to 64 MiB, that nobody changes while they are played.
    gcTime: 0,
    staleTime: Infinity,
    structuralSharing: false,
  })

/** The file itself. Asked for here, because a link would not renew a sign-in that has expired. */
export async function fetchRecording(recording: Named): Promise<Blob> {
  return new Blob([await readText(recording)], { type: 'application/x-asciicast' })
}

const readAgain = (client: QueryClient, environmentId: string) =>
  client.invalidateQueries({ queryKey: environmentKeys.recordings(environmentId) })

/** Starts a recording of the session, or stops the one under way. */
export const recordSessionMutation = () =>
  mutationOptions({
    mutationFn: ({ session, method }: { session: Session; method: 'POST' | 'DELETE' }) =>
      request(method, `/api/sessions/${session.id}/recording`, { answer: Recording }),
    onSuccess: (recording, { session, method }, _result, { client }) => {
      patchSession(client, session, { recordingSince: method === 'POST' ? recording.startedAt : null })
      void readAgain(client, session.environmentId)
    },
  })

export const deleteRecordingMutation = () =>
  mutationOptions({
    mutationFn: (recording: Recording) => request('DELETE', pathOf(recording), { answer: Success }),
    onSettled: (_data, _error, { environmentId }, _result, { client }) => readAgain(client, environmentId),
  })
