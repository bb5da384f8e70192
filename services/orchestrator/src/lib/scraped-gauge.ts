/** Gauges that are read at each scrape instead of being kept up to date. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Gauge, type Registry } from 'prom-client'

/** Prometheus gives a scrape ten seconds; one part that hangs must not cost the others. */
const readTimeoutMs = 2_000

export type Reading<Label extends string> = { labels: Record<Label, string>; value: number }

export type ScrapedGaugeOptions<Label extends string> = {
  name: string
  help: string
  labelNames: Label[]
  register: Registry
  /** Empty, a failure, or nothing in time: the gauge has no value in this scrape. */
  read: () => Promise<readonly Reading<Label>[]>
}

export function addScrapedGauge<Label extends string>(options: ScrapedGaugeOptions<Label>): void {
  const { name, help, labelNames, register, read } = options
  const gauge = new Gauge({
    name,
    help,
    labelNames,
    registers: [register],
    collect: async () => {
      const tooLate = sleep(readTimeoutMs, [], { ref: false })
      const readings = await Promise.race([read().catch(() => []), tooLate])
      gauge.reset()
      // A gauge without labels starts at zero, which would be a claim.
      if (labelNames.length === 0) gauge.remove()
      for (const { labels, value } of readings) gauge.set(labels, value)
    },
  })
}
