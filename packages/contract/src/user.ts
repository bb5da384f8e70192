import { z } from 'zod'
import { Id, Timestamp } from './common.ts'

/** `admin` manages users and may act for them; `member` sees only what is their own. */
export const UserRole = z.enum(['admin', 'member'])
export type UserRole = z.infer<typeof UserRole>

/** Compared without regard to case: always stored in lower case. */
export const Email = z.email().max(254).toLowerCase()

/** 12 to 128 characters, no composition rules (NIST SP 800-63B). */
export const Password = z.string().min(12).max(128)

/** What a person is called: one line, up to 80 characters. */
export const PersonName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}]+$/u, 'must not contain control characters')

export const User = z
  .object({
    id: Id,
    email: z.string(),
    name: z.string(),
    role: UserRole,
    disabled: z.boolean(),
    createdAt: Timestamp,
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

export const UserList = z.object({ users: z.array(User) }).meta({ id: 'UserList' })
export type UserList = z.infer<typeof UserList>

export const CreateUser = z
  .strictObject({ email: Email, name: PersonName, password: Password, role: UserRole.default('member') })
  .meta({ id: 'CreateUser' })
export type CreateUser = z.infer<typeof CreateUser>

export const UpdateUser = z
  .strictObject({ name: PersonName.optional(), role: UserRole.optional(), disabled: z.boolean().optional() })
  .meta({ id: 'UpdateUser' })
export type UpdateUser = z.infer<typeof UpdateUser>

export const HandOver = z.strictObject({ toUserId: Id }).meta({ id: 'HandOver' })
export type HandOver = z.infer<typeof HandOver>

/** How many environments have another owner now. */
export const HandedOver = z.object({ environments: z.int() }).meta({ id: 'HandedOver' })
export type HandedOver = z.infer<typeof HandedOver>

export const UserParams = z.object({ userId: Id })
