/** Addresses that come from elsewhere. */

/** The address in a form that may be linked to; null for all but http and https. */
export function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null
}

/** As people read it: without what is the same everywhere. */
export function addressLabel(href: string): string {
  return href.replace(/^https?:\/\//, '').replace(/\/$/, '')
}
