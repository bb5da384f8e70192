import { z } from 'zod'
import { Timestamp } from './common.ts'
import { Email, Password, PersonName, User } from './user.ts'

/** Makes the first admin. `token` is the one-time token printed at the first start. */
export const SetupFirstAdmin = z
  .strictObject({ token: z.string().min(1).max(200), name: PersonName, email: Email, password: Password })
  .meta({ id: 'SetupFirstAdmin' })
export type SetupFirstAdmin = z.infer<typeof SetupFirstAdmin>

/** Whether the installation still waits for its first admin. */
export const SetupState = z.object({ setupRequired: z.boolean() }).meta({ id: 'SetupState' })
export type SetupState = z.infer<typeof SetupState>

/** The password is only bounded here: a wrong one answers 401, never a hint at the rules. */
export const Login = z.strictObject({ email: Email, password: z.string().min(1).max(128) }).meta({ id: 'Login' })
export type Login = z.infer<typeof Login>

/** Browsers may omit the token: it is in their refresh cookie. */
export const Refresh = z.strictObject({ refreshToken: z.string().min(1).max(200).optional() }).meta({ id: 'Refresh' })
export type Refresh = z.infer<typeof Refresh>

/**
 * The answer of setup, login and refresh. `accessToken` is a bearer token until `expiresAt`; `refreshToken` is used
 * once, for the next pair. Browsers need neither: both also arrive as httpOnly cookies.
 */
export const SignedIn = z
  .object({ user: User, accessToken: z.string(), expiresAt: Timestamp, refreshToken: z.string() })
  .meta({ id: 'SignedIn' })
export type SignedIn = z.infer<typeof SignedIn>
