import { z } from 'zod'

export const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' })

const ReadinessPart = z.object({ ready: z.boolean(), reason: z.string().nullable() })

/** Each part the product cannot work without, with the reason when it is not ready. */
export const Readiness = z
  .object({
    ready: z.boolean(),
    parts: z.object({ database: ReadinessPart, engine: ReadinessPart, image: ReadinessPart }),
  })
  .meta({ id: 'Readiness' })
export type Readiness = z.infer<typeof Readiness>
