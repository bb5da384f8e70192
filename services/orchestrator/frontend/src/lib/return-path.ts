/** Where to go after signing in: a path of this app, never another site. */
export function safeReturnPath(value: string | null): string {
  if (value === null || !value.startsWith('/') || /^\/[/\\]/.test(value) || /[\u0000-\u001f]/.test(value)) return '/'
  return value
}

export function loginPath(wanted: string): string {
  return wanted === '/' ? '/login' : `/login?${new URLSearchParams({ to: wanted }).toString()}`
}
