import type { Application } from '@craftastic/contract'
import { OutsideLink } from '@/components/OutsideLink'
import { StatusWord } from '@/components/StatusDot'
import { NativeSelect } from '@/components/ui/native-select'
import { presentApplication } from '@/lib/deployment-words'
import { addressLabel, webAddress } from '@/lib/web-address'

/** Which application it is, whether it runs, and where. */
export function ApplicationLine({
  applications,
  application,
  onChoose,
}: {
  applications: readonly Application[]
  application: Application
  onChoose: (id: string) => void
}) {
  const presented = presentApplication(application)
  const addresses = application.urls.flatMap((url) => webAddress(url) ?? [])
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1.5 border-b px-4 py-1.5">
      {applications.length === 1 ? (
        <span className="min-w-0 truncate font-medium" title={application.name}>
          {application.name}
        </span>
      ) : (
        <NativeSelect
          aria-label="Application"
          className="max-w-full min-w-0 sm:max-w-60"
          value={application.id}
          onChange={({ target: { value } }) => onChoose(value)}
        >
          {applications.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </NativeSelect>
      )}
      {presented && <StatusWord {...presented} />}
      <span className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 sm:ml-auto">
        {addresses.map((href) => (
          <OutsideLink key={href} href={href} className="text-sm">
            {addressLabel(href)}
          </OutsideLink>
        ))}
      </span>
    </div>
  )
}
