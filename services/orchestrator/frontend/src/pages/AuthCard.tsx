import type { ReactNode } from 'react'
import { Logo } from '@/components/Logo'

/** One card, nothing else. */
export function AuthCard({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center bg-sidebar px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center justify-center gap-2.5 text-base font-medium">
          <Logo className="size-8" />
          Craftastic
        </div>
        <div className="grid gap-6 rounded-xl border bg-card p-6">
          <div className="grid gap-1">
            <h1 className="text-lg font-medium">{title}</h1>
            <div className="text-pretty text-muted-foreground">{lead}</div>
          </div>
          {children}
        </div>
      </div>
    </main>
  )
}
