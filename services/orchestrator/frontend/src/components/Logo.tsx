import { cn } from '@/lib/utils'

export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" fill="none" aria-hidden="true" className={cn('size-6', className)}>
      <rect width="32" height="32" rx="8" className="fill-primary" />
      <g stroke="white" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round">
        <path d="M9 10.5 14.5 16 9 21.5" />
        <path d="M17 21.5h6.5" />
      </g>
    </svg>
  )
}
