/** Where the parts of this repository lie, independent of the directory the server was started from. */
import { join } from 'node:path'

/** The directory of the repository's root package.json. Relative paths in the configuration start here. */
export const projectRoot = join(import.meta.dirname, '../../../..')

/** The web app's sources. */
export const webRoot = join(projectRoot, 'services/orchestrator/frontend')

/** The built web app. */
export const webDistribution = join(webRoot, 'dist')
