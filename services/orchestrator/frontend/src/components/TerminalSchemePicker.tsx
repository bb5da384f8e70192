import { RadioGroup } from 'radix-ui'
import { useChoice } from '@/lib/stored'
import { findScheme, knownSchemes, ownSchemes } from '@/lib/terminal-schemes'
import { schemeChoice, schemeOfApp } from '@/lib/terminal-settings'
import { useTheme } from '@/lib/theme'

/** One colour scheme for all terminals; the arrow keys try them on. */
export function TerminalSchemePicker({ labelledBy }: { labelledBy: string }) {
  const theme = useTheme()
  const [id, setId] = useChoice(schemeChoice)
  const offers = [
    { id: schemeOfApp, label: 'As the app', scheme: ownSchemes[theme] },
    ...[...Object.values(ownSchemes), ...knownSchemes].map((scheme) => ({
      id: scheme.id,
      label: scheme.label,
      scheme,
    })),
  ]
  const known = offers.some((offer) => offer.id === id)
  return (
    <RadioGroup.Root
      value={known ? id : schemeOfApp}
      onValueChange={setId}
      aria-labelledby={labelledBy}
      className="grid grid-cols-2 gap-2 sm:grid-cols-4"
    >
      {offers.map((offer) => (
        <RadioGroup.Item
          key={offer.id}
          value={offer.id}
          className="grid gap-1 rounded-md text-left text-xs text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-offset-2 focus-visible:ring-offset-popover data-[state=checked]:font-medium data-[state=checked]:text-foreground [&[data-state=checked]>:first-child]:border-primary [&[data-state=checked]>:first-child]:ring-1 [&[data-state=checked]>:first-child]:ring-primary"
        >
          <Swatch schemeId={offer.id} />
          <span className="truncate px-0.5">{offer.label}</span>
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}

function Swatch({ schemeId }: { schemeId: string }) {
  const { colours } = findScheme(schemeId, useTheme())
  const shown = [colours.red, colours.yellow, colours.green, colours.cyan, colours.blue, colours.magenta]
  return (
    <span
      aria-hidden="true"
      className="flex h-11 flex-col justify-between rounded-md border border-input p-1.5 font-mono text-xs"
      style={{ background: colours.background, color: colours.foreground }}
    >
      <span className="leading-none">
        $ ls<span style={{ color: colours.cursor }}>▌</span>
      </span>
      <span className="flex gap-1">
        {shown.map((colour) => (
          <span key={colour} className="h-1.5 flex-1 rounded-full" style={{ background: colour }} />
        ))}
      </span>
    </span>
  )
}
