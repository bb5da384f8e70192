import type * as React from 'react'
import { Label } from 'radix-ui'
import { cn } from '@/lib/utils'

export function Field({ className, ...props }: React.ComponentProps<'div'>) {
  return <div data-slot="field" className={cn('grid content-start gap-1.5', className)} {...props} />
}

export function FieldLabel({ className, ...props }: React.ComponentProps<typeof Label.Root>) {
  return (
    <Label.Root
      data-slot="field-label"
      className={cn('flex h-5 items-center gap-1.5 text-sm font-medium select-none', className)}
      {...props}
    />
  )
}

export function FieldDescription({ className, ...props }: React.ComponentProps<'p'>) {
  return <p data-slot="field-description" className={cn('text-xs text-muted-foreground', className)} {...props} />
}

export function FieldError({ className, children, ...props }: React.ComponentProps<'p'>) {
  if (!children) return null
  return (
    <p data-slot="field-error" role="alert" className={cn('text-xs text-destructive-text', className)} {...props}>
      {children}
    </p>
  )
}
