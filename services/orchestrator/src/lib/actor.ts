/** Who is asking: the first argument of every service verb. Whose something is, is checked in SQL. */
import type { UserRole } from '@craftastic/contract'

export interface UserActor {
  type: 'user'
  userId: string
  role: UserRole
  authSessionId: string
  /** The `Idempotency-Key` that this request has claimed; `keepAnswer` files the answer under it. */
  requestKey?: string
}
