const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Such as `118 MiB` or `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const text = value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1)
  return `${text} ${units[unit] ?? 'B'}`
}
