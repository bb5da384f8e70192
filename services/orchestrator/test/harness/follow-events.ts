/** Reads a stream of server-sent events until `close`. */
import { ActivityEvent, GitEvent, KeptEvent } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'

export async function followEvents(api: ApiClient, path: string, headers: Record<string, string> = {}) {
  const controller = new AbortController()
  const response = await fetch(api.baseUrl + path, {
    headers: { authorization: `Bearer ${api.accessToken}`, ...headers },
    signal: controller.signal,
  })
  const received: { id: number; event: KeptEvent }[] = []
  const activity: ActivityEvent[] = []
  const git: GitEvent[] = []
  const take = (block: string) => {
    const [, id, type, data] = /^(?:id: (\d+)\n)?event: (\w+)\ndata: (.*)$/.exec(block) ?? []
    if (data === undefined) return
    const fields: unknown = JSON.parse(data)
    if (type === 'git') git.push(GitEvent.parse({ type, ...(fields as object) }))
    else if (id === undefined) activity.push(ActivityEvent.parse({ type, ...(fields as object) }))
    else received.push({ id: Number(id), event: KeptEvent.parse({ type, ...(fields as object) }) })
  }
  const read = async () => {
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + chunk).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) take(block)
    }
  }
  const ended = read().catch(() => {})
  return {
    mediaType: response.headers.get('content-type'),
    /** Those with an id. */
    received,
    activity,
    git,
    ended,
    close: () => controller.abort(),
  }
}
