/**
 * Attaches a terminal again once its environment runs again, so that nobody has to click after a restart. Attaching
 * never starts an environment, and a shell that somebody ended stays ended.
 */
import { useEffect, useEffectEvent, useRef } from 'react'
import { useQueryClient, type QueryKey } from '@tanstack/react-query'
import type { Environment, Session } from '@craftastic/contract'
import type { TerminalConnection, TerminalPhase } from './terminal-connection'

interface Options {
  session: Pick<Session, 'restoredAt'>
  environment: Pick<Environment, 'status'>
  /** Of what the page knows the status from. */
  statusKey: QueryKey
  phase: TerminalPhase
  connection: () => Pick<TerminalConnection, 'connect' | 'retryNow'> | undefined
}

/** The page may learn later than the terminal that the environment has stopped, or that it runs again. */
const firstDelayMs = 300
const longestDelayMs = 10_000

export function useAttachAgain({ session, environment, statusKey, phase, connection }: Options): void {
  const client = useQueryClient()
  const attempts = useRef(0)
  const running = environment.status === 'running'

  const shorten = useEffectEvent(() => connection()?.retryNow())
  useEffect(() => {
    if (running) shorten()
  }, [running])

  const attach = useEffectEvent(() => {
    attempts.current += 1
    connection()?.connect()
    void client.invalidateQueries({ queryKey: statusKey, exact: true })
  })
  useEffect(() => {
    if (phase.name === 'connected') attempts.current = 0
    if (phase.name !== 'stopped' || !running) return
    const timer = setTimeout(attach, Math.min(longestDelayMs, firstDelayMs * 2 ** attempts.current))
    return () => clearTimeout(timer)
  }, [phase, running])

  // A session that was made again while the page watched: what had ended here was its container.
  const attachRestored = useEffectEvent(() => {
    if (phase.name === 'ended') connection()?.connect()
  })
  const seen = useRef(session.restoredAt)
  useEffect(() => {
    if (!running || session.restoredAt === seen.current) return
    seen.current = session.restoredAt
    attachRestored()
  }, [running, session.restoredAt])
}
