import { z } from 'zod'
import type { Choice } from './stored'

export const sidebarCollapsedChoice: Choice<boolean> = {
  key: 'sidebar.collapsed',
  schema: z.boolean(),
  fallback: false,
}
